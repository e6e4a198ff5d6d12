/** How fast modules are read, checked and rewritten. */

import { prepareModule } from "../../src/prepare/prepare.ts";
import { LARGE_MODULE, largeModule } from "./large_module.ts";
import { type Measurement, median, skipped } from "./measurement.ts";

const WHAT = "prepare a module over 5 MB";
const ROUNDS = 9;
const OPTIONS = { maxMemoryBytes: 2 ** 26, fuel: false };

/** Megabytes a second, without and with fuel. */
export async function prepareThroughput(): Promise<readonly Measurement[]> {
  let module: Uint8Array<ArrayBuffer>;
  try {
    module = await largeModule();
  } catch (error) {
    return [skipped(WHAT, String(error))];
  }
  const plain = throughput(module, false);
  const fuel = throughput(module, true);
  const note = `${LARGE_MODULE}, ${(module.length / 1e6).toFixed(1)} MB`;
  const unit = "MB/s";
  return [
    { what: WHAT, value: plain, unit, aim: { atLeast: 50 }, note },
    { what: `${WHAT}, counting fuel`, value: fuel, unit, note },
  ];
}

function throughput(module: Uint8Array, fuel: boolean): number {
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    prepareModule(module, { ...OPTIONS, fuel });
    // The first one also pays for code that V8 has not optimized yet.
    if (round > 0) seconds.push((performance.now() - start) / 1000);
  }
  return module.length / 1e6 / median(seconds);
}
