/**
 * Runs the same attacks in several packages, `deno task compare FAMILY`, and
 * prints a table. `--record` keeps it beside this file, with every figure;
 * `--only=TEXT` runs the attacks with that in their names, `--subject=TEXT` the
 * packages.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { FAMILIES } from "./families.ts";
import { type CaseResult, runCase } from "./run_case.ts";
import { summary, table } from "./report.ts";

const BOUNDS = { timeoutMs: 1_000, memoryBytes: 64 * 1_048_576 };

const flags = parseArgs(Deno.args, {
  string: ["only", "subject"],
  boolean: ["record"],
});
const [family = "javascript"] = flags._.map(String);
const load = FAMILIES[family];
if (!load) {
  console.error(`There is ${Object.keys(FAMILIES).join(", ")}`);
  Deno.exit(2);
}
const { attacks, subjects } = await load();
const results: Record<string, Record<string, CaseResult>> = {};
const chosen = subjects.filter(({ name }) =>
  name.includes(flags.subject ?? "")
);
for (const [attack, { name }] of attacks.entries()) {
  if (!name.includes(flags.only ?? "")) continue;
  const row: Record<string, CaseResult> = {};
  for (const one of chosen) {
    const subject = subjects.indexOf(one);
    row[one.name] = await runCase({ family, subject, attack, bounds: BOUNDS })
      // A busy machine may have been too slow for what is harmless.
      .catch(() => runCase({ family, subject, attack, bounds: BOUNDS }));
  }
  results[name] = row;
  console.error(table({ [name]: row }).trimEnd().split("\n").at(-1));
}
const text = `${summary(results, BOUNDS)}\n${table(results)}`;
console.log(text);
if (flags.record) {
  const place = (end: string) =>
    new URL(`./${family}/recorded.${end}`, import.meta.url);
  const record = { bounds: BOUNDS, deno: Deno.version.deno, results };
  await Deno.writeTextFile(
    place("json"),
    `${JSON.stringify(record, null, 1)}\n`,
  );
  await Deno.writeTextFile(place("md"), text);
}
