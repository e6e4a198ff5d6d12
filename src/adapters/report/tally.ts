/** Aggregates many calls. */

import type { LoggedCall } from "./logged_call.ts";

/** The calls of one tool. */
export interface ToolTally {
  readonly tool: string;
  readonly calls: number;
  readonly failed: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly peakMemoryBytes: number;
}

/** Aggregates calls by tool, most calls first. */
export function tallyTools(calls: readonly LoggedCall[]): ToolTally[] {
  const tools = Map.groupBy(calls, ({ tool }) => tool);
  return [...tools].map(([tool, calls]) => {
    const times = calls.map(({ durationMs }) => durationMs)
      .sort((one, other) => one - other);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
    return {
      tool,
      calls: calls.length,
      failed: calls.filter(({ ok }) => !ok).length,
      medianMs: at(0.5),
      p99Ms: at(0.99),
      peakMemoryBytes: calls.reduce(
        (most, call) => Math.max(most, call.peakMemoryBytes),
        0,
      ),
    };
  }).sort((one, other) => other.calls - one.calls);
}

/** Counts each text, most frequent first. */
export function byTally(texts: readonly string[]): [string, number][] {
  const tally = new Map<string, number>();
  for (const text of texts) tally.set(text, (tally.get(text) ?? 0) + 1);
  return [...tally].sort(([, one], [, other]) => other - one);
}
