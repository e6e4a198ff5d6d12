/** The result of a program, for the host and for the model. */

import {
  type AnySandboxError,
  type Denied,
  type JsonValue,
  ScriptFailed,
  type Usage,
} from "../../../mod.ts";
import type { BridgeCall } from "./bridge_call.ts";
import type { BudgetName } from "./budgets.ts";

/** What every run has, however it ended. */
export interface CodeRecord {
  /** What the program printed, with `console.log` and its kind. */
  readonly stdout: string;
  /** What it printed with `console.error` and `console.warn`. */
  readonly stderr: string;
  /** Whether it printed more to one of them than `maxOutputBytes`. */
  readonly isOutputCut: boolean;
  /** Every call of a tool, in the order of their ends. */
  readonly calls: readonly BridgeCall[];
  /** The first budget that was used up, if any was. */
  readonly exhausted: BudgetName | undefined;
  /** What it asked of the network and was refused. */
  readonly denied: readonly Denied[];
  /** What the run used; undefined where it did not start. */
  readonly usage: Usage | undefined;
}

/** A program that came to its end. */
export interface CodeSuccess extends CodeRecord {
  /** Tells success from failure. */
  readonly ok: true;
  /** What it returned, or its last expression; undefined for nothing. */
  readonly value: JsonValue | undefined;
}

/** A program that threw, or was ended. */
export interface CodeFailure extends CodeRecord {
  /** Tells success from failure. */
  readonly ok: false;
  /** Why; a {@linkcode ScriptFailed} where the program threw. */
  readonly error: AnySandboxError;
  /** The line of the program that threw, as far as one knows. */
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
 * A result as a model reads it: the value or what went wrong and where, what
 * was printed, and what was denied. Long ones are cut in the middle.
 *
 * @param maxLength The most characters; 20 000 by default.
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

/** What did not happen that the program asked for. */
function undoneText({ calls, denied }: CodeResult): string[] {
  const parts: string[] = [];
  const refused = calls
    .filter(({ outcome }) => outcome === "denied" || outcome === "refused");
  if (refused[0]) {
    const { name, error } = refused[0];
    parts.push(
      `Calls that were not made: ${refused.length}, the first of ${name}: ${error}`,
    );
  }
  const stopped = calls.filter(({ outcome }) => outcome === "stopped");
  if (stopped[0]) {
    const { name, error } = stopped[0];
    parts.push(
      `Calls that had not ended: ${stopped.length}, the first of ${name}: ${error}`,
    );
  }
  if (denied[0]) {
    const { url, reason } = denied[0];
    parts.push(
      `Requests that were refused: ${denied.length}, the first to ${url}: ${reason}`,
    );
  }
  return parts;
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

/** The limit of the box that ended a program. */
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
