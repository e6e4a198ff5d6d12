/** Reads a log of calls: text from a file, which may hold anything. */

import { shortened } from "../../quote.ts";
import type { LoggedCall } from "./logged_call.ts";

/** What a log holds. */
export interface CallLog {
  /** The calls, in the order of their ends. */
  readonly calls: readonly LoggedCall[];
  /** How many lines could not be read. */
  readonly unreadable: number;
}

/** More than that in one page help nobody. */
const MOST_CALLS = 1_000_000;
const MOST_TEXT = 300;
const MOST_LISTED = 32;
const MOST_DIGITS = 30;
/** The last moment that a `Date` can tell. */
const LAST_MOMENT = 8.64e15;

/**
 * Takes a log apart, one call a line. A line that is not a call is counted and
 * left out, as is what comes after a million calls.
 *
 * @param text Lines of JSON, as {@linkcode loggedCall} gives them.
 * @returns the calls in the order of their ends.
 */
export function readCallLog(text: string): CallLog {
  const calls: LoggedCall[] = [];
  let unreadable = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const call = calls.length < MOST_CALLS ? readCall(line) : undefined;
    if (call) calls.push(call);
    else unreadable++;
  }
  calls.sort((one, other) => one.endedAt - other.endedAt);
  return { calls, unreadable };
}

function readCall(line: string): LoggedCall | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof read !== "object" || read === null) return undefined;
  const call = read as Readonly<Record<string, unknown>>;
  const { tool, endedAt, ok, kind, message, fuelConsumed } = call;
  if (typeof tool !== "string" || typeof ok !== "boolean") return undefined;
  if (!isAmount(endedAt) || endedAt > LAST_MOMENT) return undefined;
  const { durationMs, waitedMs, peakMemoryBytes } = call;
  if (!isAmount(durationMs) || !isAmount(waitedMs)) return undefined;
  if (!isAmount(peakMemoryBytes)) return undefined;
  return {
    tool: shortened(tool, MOST_TEXT),
    endedAt,
    ok,
    ...typeof kind === "string" && { kind: shortened(kind, MOST_TEXT) },
    ...typeof message === "string" && {
      message: shortened(message, MOST_TEXT),
    },
    durationMs,
    waitedMs,
    peakMemoryBytes,
    fuelConsumed: isDigits(fuelConsumed) ? fuelConsumed : null,
    denied: texts(call["denied"]),
    changes: texts(call["changes"]),
  };
}

/** Larger ones are of no call, and sums of them no numbers any more. */
function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 &&
    value <= Number.MAX_SAFE_INTEGER;
}

function isDigits(value: unknown): value is string {
  return typeof value === "string" && value.length <= MOST_DIGITS &&
    /^\d+$/.test(value);
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_LISTED)
    .filter((one) => typeof one === "string")
    .map((one) => shortened(one, MOST_TEXT));
}
