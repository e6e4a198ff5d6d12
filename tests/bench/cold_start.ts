/** From the import to the first answer, inside a fresh process. */

import { fixture } from "./fixture.ts";
import { type Measurement, median } from "./measurement.ts";
import { runDeno } from "./program.ts";

const ROUNDS = 15;

/** A program of its own measures itself. */
export async function coldStart(): Promise<readonly Measurement[]> {
  const program = `
    const start = performance.now();
    const { SandboxedTool } = await import("./mod.ts");
    const tool = await SandboxedTool.load("${fixture("tools/echo").pathname}");
    await tool.execute({ text: "hi" });
    console.log(performance.now() - start);`;
  const samples: number[] = [];
  await runDeno("eval", program);
  for (let round = 0; round < ROUNDS; round++) {
    samples.push(Number(await runDeno("eval", program)));
  }
  return [{
    what: "cold start: import, load and first answer of a small tool",
    value: median(samples),
    unit: "ms",
    note: "in a fresh process, without the start of Deno itself",
  }];
}
