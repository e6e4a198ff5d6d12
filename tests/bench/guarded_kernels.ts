/** The cost of the injected checks, from the program that measures it. */

import type { Measurement } from "./measurement.ts";
import { runDeno } from "./program.ts";

const PROGRAM = "tests/bench/guard_cost.ts";
const SUMMARY = /^(.+): geometric mean ([\d.]+), worst (.+)$/gm;
const AIM = { atMost: 1.05 };

/** In a process of its own, so that no worker shares the cores. */
export async function guardedKernels(): Promise<readonly Measurement[]> {
  const printed = await runDeno("run", "--allow-read", PROGRAM);
  return [...printed.matchAll(SUMMARY)].map(([, name, mean, worst]) => ({
    what: `cost of the checks against the same kernels unguarded: ${name}`,
    value: Number(mean),
    unit: "x",
    // Fuel is asked for, and has its price.
    ...(name === "guard" ? { aim: AIM } : {}),
    note: `geometric mean; worst ${worst}`,
  }));
}
