/** How long a newcomer waits: from nothing to the first answer. */

import { join } from "@std/path";
import { MadePackage } from "../publish/made_package.ts";
import { fixture } from "./fixture.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";
import { runDeno } from "./program.ts";

const ROUNDS = 15;

/** The runner against the least that Deno can do, in fresh processes. */
export async function firstAnswer(): Promise<readonly Measurement[]> {
  await using made = await MadePackage.create();
  const config = `--config=${join(made.folder, "deno.json")}`;
  const call = ["call", fixture("tools/echo").pathname, '{"text":"hi"}'];
  const ways = [
    () => runDeno("run", config, "--allow-read", made.runner, ...call),
    () => runDeno("run", "--allow-read", "tool-runner.ts", ...call),
    () => runDeno("eval", "0"),
  ];
  await interleaved(2, 1, ...ways);
  const times = (await interleaved(ROUNDS, 1, ...ways)).map(median);
  const [published, checkout, nothing] = times;
  return [
    row("first answer of the runner as it is published", published!, nothing!),
    row("the same from a checkout", checkout!, nothing!),
  ];
}

function row(what: string, ms: number, nothingMs: number): Measurement {
  return {
    what: `${what}, against \`deno eval 0\``,
    value: ms / nothingMs,
    unit: "x",
    aim: { atMost: 3 },
    note: `${ms.toFixed(0)} ms against ${nothingMs.toFixed(0)} ms`,
  };
}
