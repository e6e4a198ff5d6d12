/** Groups calls by equal time intervals, so that a million fit in one chart. */

import type { LoggedCall } from "./logged_call.ts";

/** The calls of one interval. */
export interface Interval {
  /** Its start, in milliseconds since 1970. */
  readonly beginsAt: number;
  /** The number of successful calls that ended in it. */
  answered: number;
  /** The number of failed calls that ended in it. */
  failed: number;
  /** The duration of the longest call, in milliseconds. */
  longestMs: number;
  /** The highest memory use of a call, in bytes. */
  peakMemoryBytes: number;
  /** The highest fuel consumption of a call. */
  mostFuel: number;
}

/**
 * Divides the time from the first call to the last.
 *
 * @param calls The calls, in order of completion.
 * @param most The maximum number of intervals.
 */
export function intervalsOf(
  calls: readonly LoggedCall[],
  most: number,
): Interval[] {
  const first = calls[0]?.endedAt ?? 0;
  const last = calls.at(-1)?.endedAt ?? 0;
  const count = Math.max(1, Math.min(most, Math.ceil(last - first)));
  const stepMs = (last - first) / count;
  const intervals = Array.from({ length: count }, (_, i): Interval => ({
    beginsAt: first + i * stepMs,
    answered: 0,
    failed: 0,
    longestMs: 0,
    peakMemoryBytes: 0,
    mostFuel: 0,
  }));
  for (const call of calls) {
    const at = stepMs === 0 ? 0 : Math.floor((call.endedAt - first) / stepMs);
    const one = intervals[Math.min(at, count - 1)]!;
    if (call.ok) one.answered++;
    else one.failed++;
    one.longestMs = Math.max(one.longestMs, call.durationMs);
    one.peakMemoryBytes = Math.max(one.peakMemoryBytes, call.peakMemoryBytes);
    one.mostFuel = Math.max(one.mostFuel, Number(call.fuelConsumed ?? 0));
  }
  return intervals;
}
