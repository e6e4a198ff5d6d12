/** A report of calls: one self-contained HTML file. */

import { count, duration, moment, size } from "./amounts.ts";
import { type ColumnChart, columnChart } from "./column_chart.ts";
import { type Interval, intervalsOf } from "./intervals.ts";
import type { LoggedCall } from "./logged_call.ts";
import { type Markup, markup } from "./markup.ts";
import { STYLE } from "./style.ts";
import { byTally, tallyTools, type ToolTally } from "./tally.ts";

/** Options of a report. */
export interface ReportOptions {
  /** Its heading; "Calls of sandboxed tools" by default. */
  readonly title?: string;
  /** The number of malformed lines in the log; 0 by default. */
  readonly unreadable?: number;
}

const MOST_INTERVALS = 120;
/** Maximum rows of a list; the rest is only counted. */
const MOST_ROWS = 50;

/**
 * Creates a report page: calls and failures over time, exceeded limits, time,
 * memory and fuel, refused requests, and changed files. It has no scripts,
 * loads nothing, and follows the reader's light or dark color scheme.
 *
 * ```ts
 * import { reportPage } from "@cortexai/sandbox/report";
 *
 * const page = reportPage([], { title: "Calls of today" });
 * console.log(page.startsWith("<!doctype html>")); // true
 * ```
 *
 * @param calls The calls, in any order.
 * @returns the whole HTML document.
 */
export function reportPage(
  calls: readonly LoggedCall[],
  options: ReportOptions = {},
): string {
  const { title = "Calls of sandboxed tools", unreadable = 0 } = options;
  const sorted = calls.toSorted((one, other) => one.endedAt - other.endedAt);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${overview(sorted, unreadable)}
${sorted.length === 0 ? markup`` : details(sorted)}
</main>
</body>
</html>
`.toString();
}

function overview(calls: readonly LoggedCall[], unreadable: number): Markup {
  const failed = calls.filter(({ ok }) => !ok).length;
  const fuel = calls.some(({ fuelConsumed }) => fuelConsumed !== null);
  const first = calls[0];
  const last = calls.at(-1);
  const when = first && last
    ? markup`<p>${moment(first.endedAt)} to ${moment(last.endedAt)} UTC</p>`
    : markup`<p>No call was logged.</p>`;
  return markup`${when}
<dl class="figures">
${figure("calls", count(calls.length))}
${figure("failed", count(failed))}
${figure("longest", duration(largest(calls, (call) => call.durationMs)))}
${figure("longest wait", duration(largest(calls, (call) => call.waitedMs)))}
${figure("peak memory", size(largest(calls, (call) => call.peakMemoryBytes)))}
${fuel ? figure("most fuel", count(largest(calls, fuelOf))) : markup``}
</dl>
${
    unreadable === 0
      ? markup``
      : markup`<p>Lines of the log that could not be read: ${
        count(unreadable)
      }</p>`
  }`;
}

function details(calls: readonly LoggedCall[]): Markup {
  const intervals = intervalsOf(calls, MOST_INTERVALS);
  return markup`<section><h2>Over time</h2>
<p class="key"><span class="lower">answered</span> <span class="upper">failed</span></p>
${charts(calls, intervals).map(columnChart)}
${intervalTable(intervals)}
</section>
<section><h2>Tools</h2>${toolTable(tallyTools(calls))}</section>
<section><h2>Failures and limits</h2>${failures(calls)}</section>
<section><h2>Refused</h2>${
    tallied(
      calls.flatMap(({ tool, denied }) => denied.map((one) => [tool, one])),
      "No access was denied.",
    )
  }</section>
<section><h2>Files changed</h2>${
    tallied(
      calls.flatMap(({ tool, changes }) => changes.map((one) => [tool, one])),
      "No file in an overlay was changed.",
    )
  }</section>`;
}

function charts(
  calls: readonly LoggedCall[],
  intervals: readonly Interval[],
): ColumnChart[] {
  const one = (
    id: string,
    title: string,
    value: (interval: Interval) => number,
    shown: (value: number) => string,
  ): ColumnChart => ({
    id,
    title,
    description: `${title} in each of ${intervals.length} intervals, at most ${
      shown(Math.max(...intervals.map(value)))
    }`,
    columns: intervals.map((interval) => ({
      label: moment(interval.beginsAt),
      lower: value(interval),
      upper: 0,
    })),
    shown,
  });
  const failed = calls.filter(({ ok }) => !ok).length;
  const all: ColumnChart = {
    id: "calls",
    title: "Calls",
    description:
      `${calls.length} calls in ${intervals.length} intervals, ${failed} of them failed`,
    columns: intervals.map(({ beginsAt, answered, failed }) => ({
      label: moment(beginsAt),
      lower: answered,
      upper: failed,
    })),
    shown: count,
  };
  const fuel = one("fuel", "Most fuel", ({ mostFuel }) => mostFuel, count);
  return [
    all,
    one("time", "Longest call", ({ longestMs }) => longestMs, duration),
    one("memory", "Peak memory", (of) => of.peakMemoryBytes, size),
    ...intervals.some(({ mostFuel }) => mostFuel > 0) ? [fuel] : [],
  ];
}

function intervalTable(intervals: readonly Interval[]): Markup {
  return markup`<details><summary>As a table</summary>
${
    table(
      ["from", "answered", "failed", "longest", "peak memory", "most fuel"],
      intervals.filter(({ answered, failed }) => answered + failed > 0)
        .map((one) => [
          moment(one.beginsAt),
          count(one.answered),
          count(one.failed),
          duration(one.longestMs),
          size(one.peakMemoryBytes),
          count(one.mostFuel),
        ]),
    )
  }</details>`;
}

function toolTable(tools: readonly ToolTally[]): Markup {
  return limited(
    ["tool", "calls", "failed", "median", "99 of 100 within", "peak memory"],
    tools,
    (one) => [
      one.tool,
      count(one.calls),
      count(one.failed),
      duration(one.medianMs),
      duration(one.p99Ms),
      size(one.peakMemoryBytes),
    ],
  );
}

function failures(calls: readonly LoggedCall[]): Markup {
  const failed = calls.filter(({ ok }) => !ok);
  if (failed.length === 0) return markup`<p>No call failed.</p>`;
  const lastOf = new Map<string, LoggedCall>();
  for (const call of failed) lastOf.set(kindOf(call), call);
  return limited(
    ["kind", "calls", "the last one"],
    byTally(failed.map(kindOf)),
    ([kind, calls]) => {
      const { tool, message = "" } = lastOf.get(kind)!;
      return [kind, count(calls), `${tool}: ${message}`];
    },
  );
}

function kindOf({ kind = "unknown" }: LoggedCall): string {
  return kind;
}

function tallied(pairs: readonly string[][], none: string): Markup {
  if (pairs.length === 0) return markup`<p>${none}</p>`;
  const tally = byTally(pairs.map((pair) => JSON.stringify(pair)));
  return limited(
    ["tool", "what", "times"],
    tally,
    ([pair, times]) => [...JSON.parse(pair) as string[], count(times)],
  );
}

function limited<Item>(
  heads: readonly string[],
  items: readonly Item[],
  row: (item: Item) => readonly string[],
): Markup {
  const more = items.length - MOST_ROWS;
  return markup`${table(heads, items.slice(0, MOST_ROWS).map(row))}${
    more > 0 ? markup`<p>and ${count(more)} more</p>` : markup``
  }`;
}

function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  return markup`<div class="wide" tabindex="0"><table><thead><tr>${
    heads.map((head) => markup`<th scope="col">${head}</th>`)
  }</tr></thead><tbody>
${
    rows.map(([first = "", ...rest]) =>
      markup`<tr><th scope="row">${first}</th>${
        rest.map((cell) => markup`<td>${cell}</td>`)
      }</tr>
`
    )
  }</tbody></table></div>`;
}

function figure(name: string, value: string): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function fuelOf({ fuelConsumed }: LoggedCall): number {
  return Number(fuelConsumed ?? 0);
}

function largest(
  calls: readonly LoggedCall[],
  value: (call: LoggedCall) => number,
): number {
  return calls.reduce((most, call) => Math.max(most, value(call)), 0);
}
