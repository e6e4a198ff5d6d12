/**
 * Runs the same attacks in several packages, `deno task compare FAMILY`, and
 * prints a table. `--record` keeps it in the family's folder, with every figure,
 * and goes on where an earlier record ended; `--again` begins anew. `--only=TEXT`
 * runs the attacks with that in their names, `--subject=TEXT` the packages.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { FAMILIES } from "./families.ts";
import { type CaseResult, runCase } from "./run_case.ts";
import { summary, table } from "./report.ts";

const flags = parseArgs(Deno.args, {
  string: ["only", "subject"],
  boolean: ["record", "again"],
});
const [family = "javascript"] = flags._.map(String);
/** Python needs some 60 MiB before any program has begun. */
const MIB = family === "python" ? 256 : 64;
const BOUNDS = { timeoutMs: 1_000, memoryBytes: MIB * 1_048_576 };

const load = FAMILIES[family];
if (!load) {
  console.error(`There is ${Object.keys(FAMILIES).join(", ")}`);
  Deno.exit(2);
}
const { attacks, subjects } = await load();
const results: Record<string, Record<string, CaseResult>> =
  flags.record && !flags.again ? recorded() : {};
const chosen = subjects.filter(({ name }) =>
  name.includes(flags.subject ?? "")
);
for (const [attack, { name }] of attacks.entries()) {
  if (!name.includes(flags.only ?? "") || results[name]) continue;
  const row: Record<string, CaseResult> = {};
  for (const one of chosen) {
    const subject = subjects.indexOf(one);
    row[one.name] = await runCase({ family, subject, attack, bounds: BOUNDS })
      // A busy machine may have been too slow for what is harmless.
      .catch(() => runCase({ family, subject, attack, bounds: BOUNDS }));
  }
  results[name] = row;
  if (flags.record) record();
  console.error(table({ [name]: row }).trimEnd().split("\n").at(-1));
}
console.log(text());

function text(): string {
  return `${summary(results, BOUNDS)}\n${table(results)}`;
}

function place(ending: string): URL {
  return new URL(`./${family}/recorded.${ending}`, import.meta.url);
}

function recorded(): Record<string, Record<string, CaseResult>> {
  try {
    return JSON.parse(Deno.readTextFileSync(place("json"))).results;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

function record(): void {
  const all = { bounds: BOUNDS, deno: Deno.version.deno, results };
  const json = `${JSON.stringify(all, null, 1)}\n`;
  Deno.writeTextFileSync(place("json"), json);
  Deno.writeTextFileSync(place("md"), text());
}
