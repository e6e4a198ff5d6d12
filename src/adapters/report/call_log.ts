/** Parses a log of calls: text from a file, which is untrusted. */

import { shortened } from "../../quote.ts";
import type { LoggedCall } from "./logged_call.ts";

/** The contents of a log. */
export interface CallLog {
  /** The calls, in order of completion. */
  readonly calls: readonly LoggedCall[];
  /** The number of malformed lines. */
  readonly unreadable: number;
}

/** More calls in one page are of no use. */
const MOST_CALLS = 1_000_000;
const MOST_TEXT = 300;
const MOST_LISTED = 32;
const MOST_DIGITS = 30;
/** The latest time of a `Date`. */
const LAST_MOMENT = 8.64e15;

/**
 * Parses a log with one call per line. Lines that are not a call are skipped
 * and counted, as is everything after a million calls.
 *
 * @param text Lines of JSON, as written from {@linkcode loggedCall}.
 * @returns the calls in order of completion.
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

/**
 * Whether a value is a plausible amount: larger ones are not from a call, and
 * their sums would overflow.
 */
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
