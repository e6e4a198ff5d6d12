/** How late a guest that never ends is stopped. */

import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { loadTool } from "./fixture.ts";
import {
  type BenchmarkOptions,
  type Measurement,
  median,
  overRuns,
  quantile,
  RUNS,
  timed,
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
  for (let run = 0; run < runs; run++) {
    const lateMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      lateMs.push(await timed(() => loop.call({})) - LIMIT_MS);
    }
    medians.push(median(lateMs));
    tails.push(quantile(lateMs, 0.99));
    quick.push(quantile(lateMs, 0.1));
  }
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
  ];
}
