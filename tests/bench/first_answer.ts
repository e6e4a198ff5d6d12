/** How long a newcomer waits: from nothing to the first answer. */

import { fixture } from "./fixture.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";
import { runDeno } from "./program.ts";

const ROUNDS = 15;

/** The runner against the least that Deno can do, in fresh processes. */
export async function firstAnswer(): Promise<readonly Measurement[]> {
  const echo = fixture("tools/echo").pathname;
  const runner = ["run", "--allow-read", "tool-runner.ts", "call", echo];
  const ways = [
    () => runDeno(...runner, '{"text":"hi"}'),
    () => runDeno("eval", "0"),
  ];
  await interleaved(2, 1, ...ways);
  const [call, nothing] = (await interleaved(ROUNDS, 1, ...ways)).map(median);
  return [{
    what: "first answer of `tool-runner.ts call` against `deno eval 0`",
    value: call! / nothing!,
    unit: "x",
    aim: { atMost: 3 },
    note: `${call!.toFixed(0)} ms against ${nothing!.toFixed(0)} ms`,
  }];
}
