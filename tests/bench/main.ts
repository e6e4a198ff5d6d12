// deno-lint-ignore-file no-console
/**
 * `deno task bench [NAME...] [--runs N] [--busy N] [--json FILE]`: measures
 * everything, or what is named, prints a table and writes the same as JSON.
 * `--runs` says how many runs a figure has that is the worst of several,
 * `--busy` how many other processes compute meanwhile. Ends with 1 when
 * something could not be measured, whatever the figures say.
 */

import { parseArgs } from "@std/cli/parse-args";
import { whileBusy } from "./busy.ts";
import { callLatency } from "./call_latency.ts";
import { coldStart } from "./cold_start.ts";
import { againstExtism } from "./extism.ts";
import { files } from "./files.ts";
import { firstAnswer } from "./first_answer.ts";
import { guardedKernels } from "./guarded_kernels.ts";
import { hostThread } from "./host_thread.ts";
import { hostCalls } from "./host_calls.ts";
import { idleMemory } from "./idle_memory.ts";
import { javascript } from "./javascript.ts";
import { killLatency } from "./kill_latency.ts";
import { latency } from "./latency.ts";
import { loadLarge } from "./load_large.ts";
import { describeMachine } from "./machine.ts";
import { type Benchmark, isMet, type Measurement } from "./measurement.ts";
import { mcp } from "./mcp.ts";
import { network } from "./network.ts";
import { overlay } from "./overlay.ts";
import { prepareThroughput } from "./prepare_throughput.ts";
import { python } from "./python/python.ts";
import { scale } from "./scale.ts";
import { session } from "./session.ts";
import { smallFiles } from "./small_files.ts";
import { snapshot } from "./snapshot.ts";
import { printTable } from "./table.ts";
import { twoWorkers } from "./two_workers.ts";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  call: callLatency,
  latency,
  scale,
  extism: againstExtism,
  workers: twoWorkers,
  guard: guardedKernels,
  kill: killLatency,
  prepare: prepareThroughput,
  load: loadLarge,
  cold: coldStart,
  first: firstAnswer,
  memory: idleMemory,
  host: hostThread,
  network,
  files,
  small_files: smallFiles,
  overlay,
  python,
  host_calls: hostCalls,
  javascript,
  session,
  snapshot,
  mcp,
  // Only these look for a server, and say so when there is none.
  nats: async () => (await import("./nats.ts")).nats(),
  nats_thousand: async () =>
    (await import("./nats_thousand.ts")).natsThousand(),
};

async function main(): Promise<number> {
  const { _: names, busy, json, runs } = parseArgs(Deno.args, {
    string: ["busy", "json", "runs"],
  });
  const unknown = names.find((name) => !(name in BENCHMARKS));
  if (unknown !== undefined) {
    const known = Object.keys(BENCHMARKS).join(", ");
    console.error(`No benchmark ${unknown}; there are ${known}`);
    return 2;
  }
  const options = { runs: runs === undefined ? undefined : Number(runs) };
  const machine = { ...describeMachine(), busy: Number(busy ?? 0) };
  const figures: Measurement[] = [];
  let failed = false;
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.error(`measuring ${name} …`);
    try {
      const measure = () => benchmark(options);
      figures.push(...await whileBusy(machine.busy, measure));
    } catch (error) {
      failed = true;
      console.error(`${name} failed:`, error);
    }
  }
  printTable(machine, figures);
  if (json) {
    const rows = figures.map((figure) => ({ ...figure, met: isMet(figure) }));
    const text = JSON.stringify({ machine, figures: rows }, null, 2);
    await Deno.writeTextFile(json, `${text}\n`);
  }
  return failed ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
