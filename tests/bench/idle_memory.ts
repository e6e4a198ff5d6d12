/** What an idle worker with a warm tool costs above an empty Deno worker. */

import type { Measurement } from "./measurement.ts";
import { median } from "./measurement.ts";
import { runDeno } from "./program.ts";

const WORKERS = 8;
const ROUNDS = 5;
const MIB = 2 ** 20;

/** Resident memory of processes with one and with several workers. */
export async function idleMemory(): Promise<readonly Measurement[]> {
  const above: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const empty = await perWorker("empty");
    above.push(await perWorker("warm") - empty);
  }
  return [{
    what: "idle worker with a warm 1 MiB tool above an empty Deno worker",
    value: median(above),
    unit: "MiB",
    aim: { atMost: 4 },
    note: `resident memory, over ${WORKERS} workers`,
  }];
}

/** The difference that one more worker makes, in MiB. */
async function perWorker(kind: string): Promise<number> {
  const program = "tests/bench/idle_process.ts";
  const residentBytes = async (workers: number) =>
    Number(await runDeno("run", "-A", program, kind, String(workers)));
  const least = await residentBytes(1);
  return (await residentBytes(WORKERS + 1) - least) / WORKERS / MIB;
}
