/** The result of a program, for the host and for the model. */

import {
  type AnySandboxError,
  type Denied,
  type JsonValue,
  ScriptFailed,
  type Usage,
} from "../../../mod.ts";
import type { BridgeCall, BridgeOutcome } from "./bridge_call.ts";
import type { BudgetName } from "./budgets.ts";

/** What every run reports, however it ended. */
export interface CodeRecord {
  /** The program's standard output, from `console.log` and the like. */
  readonly stdout: string;
  /** Its standard error, from `console.error` and `console.warn`. */
  readonly stderr: string;
  /** Whether output to either was truncated at `maxOutputBytes`. */
  readonly isOutputCut: boolean;
  /** Every tool call, in order of completion. */
  readonly calls: readonly BridgeCall[];
  /** The first budget that was exhausted, if any. */
  readonly exhausted: BudgetName | undefined;
  /** Requests that it was refused. */
  readonly denied: readonly Denied[];
  /** What the run used; undefined if it did not start. */
  readonly usage: Usage | undefined;
}

/** A program that ran to completion. */
export interface CodeSuccess extends CodeRecord {
  /** Tells success from failure. */
  readonly ok: true;
  /** The returned value, or that of its last expression; undefined for none. */
  readonly value: JsonValue | undefined;
}

/** A program that threw or was stopped. */
export interface CodeFailure extends CodeRecord {
  /** Tells success from failure. */
  readonly ok: false;
  /** Why it failed; a {@linkcode ScriptFailed} if the program threw. */
  readonly error: AnySandboxError;
  /** The line of the program that threw, if known. */
  readonly line: string | undefined;
}

/** The result of a program. */
export type CodeResult = CodeSuccess | CodeFailure;

const MAX_TEXT_LENGTH = 20_000;
const MAX_LINE_LENGTH = 200;

/** The line of a program where it threw. */
export function failingLine(
  code: string,
  error: AnySandboxError,
): string | undefined {
  if (!(error instanceof ScriptFailed) || !error.position) return undefined;
  const line = code.split("\n")[error.position.line - 1]?.trim();
  return line === undefined || line === ""
    ? undefined
    : line.slice(0, MAX_LINE_LENGTH);
}

/**
 * A result as text for the model: the value or the error and its position, the
 * output, and denied calls. Long texts are truncated in the middle.
 *
 * @param maxLength The maximum number of characters; 20 000 by default.
 */
export function resultText(
  result: CodeResult,
  maxLength: number = MAX_TEXT_LENGTH,
): string {
  const parts = [result.ok ? valueText(result) : failureText(result)];
  if (result.stdout !== "") parts.push(`Printed:\n${result.stdout.trimEnd()}`);
  if (result.stderr !== "") {
    parts.push(`Printed as errors:\n${result.stderr.trimEnd()}`);
  }
  if (result.isOutputCut) parts.push("It printed more, which was cut off.");
  parts.push(...undoneText(result));
  return cutMiddle(parts.join("\n\n"), maxLength);
}

/** What the program requested that did not happen. */
function undoneText({ calls, denied }: CodeResult): string[] {
  const that = (...outcomes: readonly BridgeOutcome[]) =>
    calls.filter(({ outcome }) => outcomes.includes(outcome));
  return [
    ...countOf(
      that("denied", "refused"),
      (count, { name, error }) =>
        `Calls that were not made: ${count}, the first of ${name}: ${error}`,
    ),
    ...countOf(
      that("stopped"),
      (count, { name, error }) =>
        `Calls that had not ended: ${count}, the first of ${name}: ${error}`,
    ),
    ...countOf(
      denied,
      (count, { url, reason }) =>
        `Requests that were refused: ${count}, the first to ${url}: ${reason}`,
    ),
  ];
}

function countOf<Item>(
  all: readonly Item[],
  text: (count: number, first: Item) => string,
): string[] {
  const [first] = all;
  return first === undefined ? [] : [text(all.length, first)];
}

function valueText({ value }: CodeSuccess): string {
  if (value === undefined) return "The program ended and returned nothing.";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function failureText({ error, line, exhausted }: CodeFailure): string {
  const parts = [`Error: ${error.message}`];
  if (line !== undefined) parts.push(`at: ${line}`);
  const used = exhausted ?? limitOf(error);
  if (used !== undefined) parts.push(`used up: ${used}`);
  return parts.join("\n");
}

/** The sandbox limit that ended a program. */
function limitOf(error: AnySandboxError): string | undefined {
  switch (error.kind) {
    case "TimeoutExceeded":
      return `time, ${error.limitMs} ms`;
    case "MemoryLimitExceeded":
      return `memory, ${error.limitBytes} bytes`;
    case "FuelExhausted":
      return `fuel, ${error.fuelLimit}`;
    default:
      return undefined;
  }
}

function cutMiddle(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor(maxLength / 2);
  const left = text.length - 2 * half;
  return `${text.slice(0, half)}\n[${left} characters left out]\n${
    text.slice(text.length - half)
  }`;
}
