// deno-lint-ignore-file no-console -- a task that reports on the console
/**
 * Runs the public suite WebAssembly/wasi-testsuite through the runner, each
 * program as its users would start it:
 *
 *     deno run -A tests/wasi_suite/run.ts [--overlay] DIR [NAME...]
 *
 * DIR is a checkout of the suite's branch `prod/testsuite-base`. A NAME, such
 * as `rust/path_link`, picks programs. With `--overlay` each works in an overlay
 * over its folder.
 */

import { suitePrograms } from "./suite_program.ts";
import { runProgram } from "./suite_run.ts";

const isOverlay = Deno.args[0] === "--overlay";
const [suite, ...names] = Deno.args.slice(isOverlay ? 1 : 0);
if (suite === undefined) {
  console.error("Usage: run.ts [--overlay] DIR [NAME...]");
  Deno.exit(2);
}
const programs = suitePrograms(suite)
  .filter(({ name }) => names.length === 0 || names.includes(name));
let passed = 0;
for (const program of programs) {
  const wrong = await runProgram(
    program,
    isOverlay ? "--dir-overlay" : "--dir-rw",
  );
  if (wrong.length === 0) passed++;
  console.log(`${wrong.length === 0 ? "passed" : "FAILED"} ${program.name}`);
  for (const line of wrong) console.log(`  ${line.replaceAll("\n", "\n  ")}`);
}
console.log(`${passed} of ${programs.length} passed`);
if (passed < programs.length) Deno.exit(1);
