// deno-lint-ignore-file no-console
/** The figures as a Markdown table, to be read and to be pasted. */

import type { Machine } from "./machine.ts";
import { isMet, type Measurement } from "./measurement.ts";

const HEAD = ["what", "value", "aim", "met", "note"];

/** Prints the machine and the table. */
export function printTable(
  machine: Machine,
  figures: readonly Measurement[],
): void {
  const { date, cores, cpu, os, deno, v8, load, busy } = machine;
  console.log(
    `${date}, ${cores} cores (${cpu}, ${os}), Deno ${deno}, V8 ${v8}, load ${
      load.toFixed(1)
    }, ${busy} other processes compute\n`,
  );
  const rows = [HEAD, HEAD.map(() => ""), ...figures.map(cells)];
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  for (const [index, row] of rows.entries()) {
    const fill = index === 1 ? "-" : " ";
    const padded = row.map((cell, at) => cell.padEnd(widths[at]!, fill));
    console.log(`| ${padded.join(" | ")} |`);
  }
}

function cells(figure: Measurement): string[] {
  const { what, value, unit, note } = figure;
  const met = isMet(figure);
  return [
    what,
    Number.isNaN(value) ? "-" : `${shown(value)} ${unit}`,
    aim(figure),
    met === undefined ? "" : met ? "yes" : "no",
    note ?? "",
  ];
}

function shown(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1);
}

function aim({ aim, unit }: Measurement): string {
  if (!aim) return "";
  return "atMost" in aim
    ? `≤ ${aim.atMost} ${unit}`
    : `≥ ${aim.atLeast} ${unit}`;
}
