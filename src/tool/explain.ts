/** Explains the result of a call in words that a model can act on. */

import type { AnySandboxError, SandboxErrorKind } from "../errors.ts";
import { escaped, oneLine, quote } from "../quote.ts";
import type { CallRecord, CallResult } from "./call_result.ts";

const MOST_OF_MESSAGE = 2_000;
const MOST_OF_STDERR = 500;
const MOST_DENIED = 3;

/** Advice by kind of error. */
const ADVICE: Readonly<Record<SandboxErrorKind, string>> = {
  InvalidArguments: "Call it again with arguments that fit its schema.",
  UnknownTool: "Call one of these tools.",
  TimeoutExceeded:
    "The same call would be stopped again: ask for less at once, or do without.",
  MemoryLimitExceeded:
    "The same call would fail again: give it a smaller input, or do without.",
  FuelExhausted:
    "The same call would be stopped again at the same place: ask for less at once.",
  ExecutionFailed:
    "Check the arguments; the same call will most likely fail again.",
  Busy: "Nothing is wrong with the call: try it again a little later.",
  WorkerLost: "Try it once more; if it fails again, do without this tool.",
  CompilationFailed: "This tool can't be used: do without it.",
  PermissionDenied: "This tool lacks a permission that only a person can give.",
  SandboxClosed: "This tool is not available any more.",
};

/**
 * Describes the result of a call in a few sentences for a model: why it failed,
 * the limit, what was used and refused, and what would help. For a successful
 * call it says what was used and refused.
 *
 * ```ts
 * import { explain, SandboxedTool } from "@cortexai/sandbox";
 *
 * // A tool of 151 bytes, which never answers.
 * const SPIN = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABDQJgAAJ/f2ACf38Cf38DAwIAAQUDAQABBysDBm1lbW9yeQIADV9fdG" +
 *     "9vbF9zY2hlbWEAAA5fX3Rvb2xfZXhlY3V0ZQABChECBgBBAEEuCwgAA0AMAAsACws0" +
 *     "AQBBAAsueyJuYW1lIjoic3BpbiIsInBhcmFtZXRlcnMiOnsidHlwZSI6Im9iamVjdC" +
 *     "J9fQ==",
 * );
 *
 * await using tool = await SandboxedTool.load(SPIN, { maxExecutionTime: 100 });
 * console.log(explain(await tool.call({})));
 * // Failed: Execution time limit of 100 ms exceeded. ...
 * ```
 *
 * @param result The result of any call.
 * @returns a few sentences on one line.
 */
export function explain(result: CallResult<unknown>): string {
  const sentences = result.ok
    ? ["Answered."]
    : [`Failed: ${sentence(result.error.message)}`];
  sentences.push(...usageOf(result), ...refusals(result));
  if (!result.ok) {
    sentences.push(...stderrOf(result.error, result));
    sentences.push(ADVICE[result.error.kind]);
  }
  return sentences.join(" ");
}

function sentence(text: string): string {
  const line = oneLine(text, MOST_OF_MESSAGE);
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** A call that never started used nothing. */
function usageOf({ usage }: CallRecord): string[] {
  const { durationMs, waitedMs, peakMemoryBytes, fuelConsumed } = usage;
  if (durationMs === 0) return [];
  const used = [`${Math.ceil(durationMs)} ms`];
  if (peakMemoryBytes > 0) used.push(`${peakMemoryBytes} bytes of memory`);
  if (fuelConsumed !== undefined) used.push(`${fuelConsumed} fuel`);
  if (waitedMs >= 1) used.push(`${Math.ceil(waitedMs)} ms of waiting`);
  return [`It used ${used.join(", ")}.`];
}

function refusals({ denied }: CallRecord): string[] {
  const requests = denied.filter((one) => one.path === undefined)
    .map(({ url, reason }) => `${quote(url)} (${oneLine(reason, 200)})`);
  // The latest entries are most likely why a call failed.
  const files = denied.filter((one) => one.path !== undefined)
    .toReversed()
    .map(({ operation, path, reason }) =>
      `${operation} ${oneLine(quote(path), 200)} (${reason})`
    );
  return [
    ...few("The tool was denied requests to ", requests),
    ...few("The tool was denied files: ", files),
    ...files.length === 0 ? [] : [
      "Only a person can grant a folder: use paths in what is granted, or ask.",
    ],
  ];
}

function few(what: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_DENIED).join(", ");
  const more = all.length > MOST_DENIED
    ? ` and ${all.length - MOST_DENIED} more`
    : "";
  return [`${what}${shown}${more}.`];
}

/** What a tool wrote to stderr before it failed often says why. */
function stderrOf({ kind }: AnySandboxError, { stderr }: CallRecord): string[] {
  if (kind !== "ExecutionFailed" || stderr === "") return [];
  const last = stderr.trimEnd().slice(-MOST_OF_STDERR);
  return [`It wrote ${escaped(JSON.stringify(last))}.`];
}
