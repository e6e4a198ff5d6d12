/** How late a guest that never ends is stopped. */

import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { loadTool } from "./fixture.ts";
import { type Measurement, median, quantile, timed } from "./measurement.ts";

const LIMIT_MS = 20;
const KILLS = 100;

/** From the deadline to the rejection at the caller. */
export async function killLatency(): Promise<readonly Measurement[]> {
  const config = SandboxConfig.builder().maxExecutionTime(LIMIT_MS).build();
  await using sandbox = new ToolSandbox(config);
  const loop = await loadTool(sandbox, "hostile/loop_in_execute");
  const lateMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    lateMs.push(await timed(() => loop.call({})) - LIMIT_MS);
  }
  if (sandbox.lostWorkers > 0) throw new Error("A killed worker was lost");
  return [
    {
      what: "rejection after the deadline, median",
      value: median(lateMs),
      unit: "ms",
      aim: { atMost: 5 },
      note: `${KILLS} endless loops, limit ${LIMIT_MS} ms`,
    },
    {
      what: "rejection after the deadline, p99",
      value: quantile(lateMs, 0.99),
      unit: "ms",
      aim: { atMost: 3 },
    },
  ];
}
