/** How late a guest that never ends is stopped. */

import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { BareStopper } from "./bare_stop.ts";
import { loadTool } from "./fixture.ts";
import {
  type BenchmarkOptions,
  interleaved,
  type Measurement,
  median,
  overRuns,
  quantile,
  RUNS,
} from "./measurement.ts";

const LIMIT_MS = 20;
const KILLS = 100;

/** From the deadline to the rejection at the caller; the worst of the runs. */
export async function killLatency(
  { runs = RUNS }: BenchmarkOptions,
): Promise<readonly Measurement[]> {
  const config = SandboxConfig.builder().maxExecutionTime(LIMIT_MS).build();
  await using sandbox = new ToolSandbox(config);
  const loop = await loadTool(sandbox, "hostile/loop_in_execute");
  const medians: number[] = [];
  const tails: number[] = [];
  const quick: number[] = [];
  const bareTails: number[] = [];
  const bare = new BareStopper(LIMIT_MS);
  const ways = [() => loop.call({}), () => bare.stop()];
  for (let run = 0; run < runs; run++) {
    const [lateMs = [], bareMs = []] = (await interleaved(KILLS, 1, ...ways))
      .map((samples) => samples.map((ms) => ms - LIMIT_MS));
    medians.push(median(lateMs));
    tails.push(quantile(lateMs, 0.99));
    quick.push(quantile(lateMs, 0.1));
    bareTails.push(quantile(bareMs, 0.99));
  }
  bare.end();
  if (sandbox.lostWorkers > 0) throw new Error("A killed worker was lost");
  return [
    {
      what: "rejection after the deadline, median, worst run",
      value: Math.max(...medians),
      unit: "ms",
      aim: { atMost: 5 },
      note: `${KILLS} endless loops a run, limit ${LIMIT_MS} ms; ` +
        `a tenth within ${median(quick).toFixed(2)} ms; ${overRuns(medians)}`,
    },
    {
      what: "rejection after the deadline, p99, worst run",
      value: Math.max(...tails),
      unit: "ms",
      aim: { atMost: 3 },
      note: overRuns(tails),
    },
    {
      what: "the same of a bare thread that computes, p99, worst run",
      value: Math.max(...bareTails),
      unit: "ms",
      note: `what the machine takes; ${overRuns(bareTails)}`,
    },
  ];
}
