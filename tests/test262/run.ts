// deno-lint-ignore-file no-console -- a task that reports on the console
/**
 * Runs the recorded tests of test262 in the guest as it is rewritten, and in
 * the guest as it was built, and compares every answer:
 *
 *     deno task suite:js DIR [TEXT]
 *
 * DIR is a checkout of tc39/test262; TEXT picks tests whose paths have it.
 */

import { isPass, sandboxed, unrewritten } from "./guest_way.ts";
import { idsOf, readPassing } from "./passing_list.ts";
import { type Test, TestFolder } from "./test_file.ts";

const [root, part = ""] = Deno.args;
if (root === undefined) {
  console.error("Usage: run.ts DIR [TEXT]");
  Deno.exit(2);
}
const { commit, passing, failing } = readPassing();
const folder = new TestFolder(root);
const ways = [await sandboxed(), await unrewritten()] as const;
let failed = 0;
let different = 0;
let run = 0;
for (const test of recorded(idsOf(passing))) {
  const [ours, plain] = await answers(test);
  run++;
  if (!isPass(test, ours)) {
    failed++;
    console.log(`FAILED ${test.id}: ${ours.slice(0, 300)}`);
  }
  if (ours !== plain) report(test, ours, plain);
}
for (const test of recorded(Object.keys(failing))) {
  const [ours, plain] = await answers(test);
  if (ours !== plain) report(test, ours, plain);
}
for (const way of ways) await way.close();
console.log(
  `${
    run - failed
  } of ${run} passed, ${different} differ from the guest as it was built; recorded at ${commit}`,
);
if (failed + different > 0 || run === 0) Deno.exit(1);

function* recorded(ids: readonly string[]): Iterable<Test> {
  const chosen = new Set(ids.filter((id) => id.includes(part)));
  const paths = new Set([...chosen].map((id) => id.replace("#strict", "")));
  for (const path of paths) {
    for (const test of folder.read(path)) if (chosen.has(test.id)) yield test;
  }
}

async function answers(test: Test): Promise<[ours: string, plain: string]> {
  return [await ways[0].run(test), await ways[1].run(test)];
}

function report({ id }: Test, ours: string, plain: string): void {
  different++;
  console.log(
    `DIFFERS ${id}\n  rewritten: ${ours.slice(0, 300)}\n  as built:  ${
      plain.slice(0, 300)
    }`,
  );
}
