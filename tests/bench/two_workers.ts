/** What a second worker adds for calls that compute. */

import { SandboxConfig, type SandboxedModule, ToolSandbox } from "../../mod.ts";
import { fixture } from "./fixture.ts";
import {
  interleaved,
  type Measurement,
  median,
  skipped,
} from "./measurement.ts";

const WHAT = "two workers against one, CPU-bound calls";
const CALLS = 40;
const ROUNDS = 11;
/** Iterations of the kernel: some milliseconds a call. */
const WORK = new Uint8Array(new Int32Array([40_000]).buffer);

/** The throughput of two workers over that of one. */
export async function twoWorkers(): Promise<readonly Measurement[]> {
  const cores = navigator.hardwareConcurrency;
  if (cores < 2) return [skipped(WHAT, "this machine has one core")];
  await using one = sandboxOf(1);
  await using two = sandboxOf(2);
  const kernel = fixture("kernels/collatz");
  const inOne = await one.loadModule(kernel);
  const inTwo = await two.loadModule(kernel);
  const ways = [() => burst(one, inOne), () => burst(two, inTwo)];
  await interleaved(2, 1, ...ways);
  const [alone, paired] = (await interleaved(ROUNDS, 1, ...ways)).map(median);
  return [{
    what: WHAT,
    value: alone! / paired!,
    unit: "x",
    aim: { atLeast: 1.8 },
    note: `${CALLS} calls; ${alone!.toFixed(0)} ms, ${paired!.toFixed(0)} ms`,
  }];
}

function sandboxOf(workers: number): ToolSandbox {
  return new ToolSandbox(SandboxConfig.builder().maxWorkers(workers).build());
}

function burst(
  sandbox: ToolSandbox,
  module: SandboxedModule,
): Promise<unknown> {
  const call = () => sandbox.execute(module, "run", WORK);
  return Promise.all(Array.from({ length: CALLS }, call));
}
