// deno-lint-ignore-file no-console -- a task that reports on the console
/**
 * Records which core tests of test262 pass in the guest, of those that
 * QuickJS-NG passes by itself:
 *
 *     deno run -A tests/test262/record.ts DIR COMMIT REFERENCE
 *
 * DIR is a checkout of tc39/test262 at COMMIT; REFERENCE is the program of
 * `reference.c`, built with the sources that the interpreter is built of.
 */

import { draw } from "./draw.ts";
import { isPass, sandboxed } from "./guest_way.ts";
import { byFolder, writePassing } from "./passing_list.ts";
import { type Test, TestFolder } from "./test_file.ts";

/** Some are in the guest what they are not by themselves. */
const DRAWN = 6_500;

const [root, commit, reference] = Deno.args;
if (root === undefined || commit === undefined || reference === undefined) {
  console.error("Usage: record.ts DIR COMMIT REFERENCE");
  Deno.exit(2);
}
const folder = new TestFolder(root);
const tests = folder.paths().flatMap((path) => folder.read(path));
const good = await passingAlone(tests);
console.log(`${good.length} of ${tests.length} pass by themselves`);
const drawn = new Set(draw(good.map(({ id }) => id), DRAWN));
const passing: string[] = [];
const failing: Record<string, string> = {};
const way = await sandboxed();
for (const test of good) {
  if (!drawn.has(test.id)) continue;
  const answer = await way.run(test);
  if (isPass(test, answer)) passing.push(test.id);
  else failing[test.id] = answer.slice(0, 300);
}
await way.close();
console.log(`${passing.length} of ${drawn.size} that were drawn pass`);
writePassing({
  commit,
  all: tests.length,
  reference: good.length,
  passing: byFolder(passing),
  failing,
});

/** Those that pass in QuickJS-NG by itself. */
async function passingAlone(tests: readonly Test[]): Promise<Test[]> {
  const scratch = await Deno.makeTempDir();
  try {
    const preludes = new Map<string, string>();
    const lines = tests.map(({ prelude, source, isAsync }, index) => {
      const file = preludes.get(prelude) ?? `${scratch}/p${preludes.size}.js`;
      if (!preludes.has(prelude)) Deno.writeTextFileSync(file, prelude);
      preludes.set(prelude, file);
      Deno.writeTextFileSync(`${scratch}/t${index}.js`, source);
      const kind = isAsync ? "async" : "sync";
      return `${kind} ${file} ${scratch}/t${index}.js\n`;
    });
    const errors = await outputs(lines);
    return tests.filter(({ negative }, index) =>
      errors[index] === (negative ?? "")
    );
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** One line for each; a process that crashes is started again after it. */
async function outputs(lines: readonly string[]): Promise<string[]> {
  const errors: string[] = [];
  while (errors.length < lines.length) {
    const process = new Deno.Command(reference!, {
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const stream = new Blob([lines.slice(errors.length).join("")]).stream();
    stream.pipeTo(process.stdin).catch(() => {});
    const text = await new Response(process.stdout).text();
    errors.push(...text.split("\n").slice(0, -1));
    await process.status;
    if (errors.length < lines.length) errors.push("Crashed");
  }
  return errors;
}
