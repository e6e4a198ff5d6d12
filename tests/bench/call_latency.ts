/** What a warm call costs from `tool.execute` to its value. */

import { ToolSandbox } from "../../mod.ts";
import { argumentsOf, loadTool } from "./fixture.ts";
import { type Measurement, median, quantile, timed } from "./measurement.ts";

const WARM_UP = 3_000;

/** 100 bytes and 100 kB in and out, one call after the other. */
export async function callLatency(): Promise<readonly Measurement[]> {
  const small = await latency(100, 20_000);
  const large = await latency(100_000, 2_000);
  const note = "fresh instance for every call";
  return [
    {
      what: "warm tool.execute, 100 bytes in and out, median",
      value: median(small),
      unit: "us",
      aim: { atMost: 25 },
      note,
    },
    {
      what: "warm tool.execute, 100 bytes in and out, p99",
      value: quantile(small, 0.99),
      unit: "us",
      aim: { atMost: 400 },
      note,
    },
    {
      what: "warm tool.execute, 100 kB in and out, median",
      value: median(large),
      unit: "us",
      aim: { atMost: 200 },
      note,
    },
  ];
}

async function latency(bytes: number, calls: number): Promise<number[]> {
  await using sandbox = new ToolSandbox();
  const echo = await loadTool(sandbox, "tools/echo");
  const args = argumentsOf(bytes);
  for (let call = 0; call < WARM_UP; call++) await echo.execute(args);
  const samples: number[] = [];
  for (let call = 0; call < calls; call++) {
    samples.push(await timed(() => echo.execute(args)) * 1000);
  }
  return samples;
}
