/** Calls that begin in a snapshot. */

import { ToolSandbox } from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { type Measurement, median, timed } from "./measurement.ts";

const MIB = 1024 * 1024;
const CALLS = 2000;

/**
 * A reactor of 1 MiB that is not zero anywhere. Calls follow each other at
 * once, so that putting back the state is in what a call takes. For Python see
 * `python`.
 */
export async function snapshot(): Promise<readonly Measurement[]> {
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
