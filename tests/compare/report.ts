/** What came of attacks, as Markdown. */

import type { Bounds } from "./subject.ts";
import type { CaseResult } from "./run_case.ts";

/** Results by the attack, and by the package. */
export type Results = Readonly<
  Record<string, Readonly<Record<string, CaseResult>>>
>;

/** Answers later than this were not stopped by the limit. */
const LATE_MS = 1_000;
/** Less than this is what any process takes that waits. */
const IDLE_MS = 300;
/** A process that takes more than so many times the limit is not held by it. */
const MOST_SHARE = 3;
const MIB = 1_048_576;

/** Whether it came to an end in time, and was gone then. */
export function isHeld(
  { ended, ms, cpuAfterMs, memoryMiB, escaped, works }: CaseResult,
  { timeoutMs, memoryBytes }: Bounds,
): boolean {
  return (ended === "value" || ended === "error") && !escaped && works &&
    ms <= timeoutMs + LATE_MS && cpuAfterMs <= IDLE_MS &&
    memoryMiB <= memoryBytes / MIB * MOST_SHARE;
}

/** How many attacks each package held, and what the others did. */
export function summary(results: Results, bounds: Bounds): string {
  const rows = Object.values(results);
  const names = Object.keys(rows[0] ?? {});
  const most = bounds.memoryBytes / MIB * MOST_SHARE;
  const line = (name: string) => {
    const all = rows.map((row) => row[name]!);
    const count = (is: (one: CaseResult) => boolean) => all.filter(is).length;
    const cells = [
      name,
      `${count((one) => isHeld(one, bounds))} of ${all.length}`,
      count(({ ended, ms }) =>
        ended === "silent" || ms > bounds.timeoutMs + LATE_MS
      ),
      count(({ cpuAfterMs }) => cpuAfterMs > IDLE_MS),
      count(({ memoryMiB }) => memoryMiB > most),
      count(({ ended }) => ended === "crashed"),
      count(({ escaped }) => escaped),
      count(({ ended, works }) => ended !== "crashed" && !works),
      Math.max(...all.map(({ memoryMiB }) => memoryMiB)).toFixed(0),
    ];
    return `| ${cells.join(" | ")} |`;
  };
  return [
    `Limits: ${bounds.timeoutMs} ms, ${
      bounds.memoryBytes / 1_048_576
    } MiB. Late: no answer ${LATE_MS} ms after that; burning: more than ${IDLE_MS} ms of processor time in the 2 s after the answer, or after it should have come; large: a process that took more than ${most} MiB.`,
    "",
    "| package | held | late | burning | large | crashed | escaped | unusable | most MiB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...names.map(line),
    "",
  ].join("\n");
}

/** Each attack in a row, each package in a column. */
export function table(results: Results): string {
  const names = Object.keys(Object.values(results)[0] ?? {});
  const row = ([attack, by]: [string, Results[string]]) =>
    `| ${attack} | ${names.map((name) => cell(by[name]!)).join(" | ")} |`;
  return [
    `| attack | ${names.join(" | ")} |`,
    `| --- | ${names.map(() => "---").join(" | ")} |`,
    ...Object.entries(results).map(row),
    "",
  ].join("\n");
}

/** Such as `error, 1003 ms, then 0 ms, 65 MiB`. */
function cell(result: CaseResult): string {
  const { ended, ms, cpuAfterMs, memoryMiB, escaped, works } = result;
  return [
    escaped ? "**escaped**" : ended,
    `${ms.toFixed(0)} ms`,
    `then ${cpuAfterMs.toFixed(0)} ms`,
    `${memoryMiB.toFixed(0)} MiB`,
    ...works || ended === "crashed" || ended === "silent" ? [] : ["unusable"],
  ].join(", ");
}
