/** How long programs take that models write: in a fresh state, with tools. */

import { type CodeMode, codeMode } from "../../src/adapters/code_mode/mod.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";
import { runDeno } from "./program.ts";

const ROUNDS = 25;
const RUNS = 8;
const CALLS = 100;
const COLD_ROUNDS = 15;

/** Code mode beside its aims. */
export async function javascript(): Promise<readonly Measurement[]> {
  await using mode = codeMode({ tools: { add: ({ a, b }) => a + b } });
  const ways = [
    "1 + 1",
    "return await tools.add({ a: 1, b: 2 })",
    `let sum = 0;
     for (let n = 0; n < ${CALLS}; n++) sum = await tools.add({ a: sum, b: n });
     return sum;`,
  ].map((code) => () => runs(mode, code));
  await interleaved(5, RUNS, ...ways);
  const [bare = NaN, one = NaN, many = NaN] =
    (await interleaved(ROUNDS, RUNS, ...ways)).map(median);
  const [first = NaN, nothing = NaN] = await coldStarts();
  const note = `${ROUNDS * RUNS} runs, each in a fresh state`;
  return [
    ms("javascript, an expression", bare, 0.5, note),
    ms("javascript, one call of a tool", one, 1, note),
    {
      what: `javascript, a call of ${CALLS} in a row`,
      value: (many - bare) / CALLS * 1_000,
      unit: "us",
      aim: { atMost: 30 },
      note,
    },
    ms(
      "javascript, the first program of a process, over `deno eval 0`",
      first - nothing,
      200,
      `${first.toFixed(0)} ms against ${nothing.toFixed(0)} ms`,
    ),
  ];
}

function ms(
  what: string,
  value: number,
  atMost: number,
  note: string,
): Measurement {
  return { what, value, unit: "ms", aim: { atMost }, note };
}

async function runs(mode: CodeMode, code: string): Promise<void> {
  const result = await mode.run(code);
  if (!result.ok) throw result.error;
}

async function coldStarts(): Promise<number[]> {
  const ways = [
    () => runDeno("run", "-A", "tests/bench/first_program.ts"),
    () => runDeno("eval", "0"),
  ];
  await interleaved(2, 1, ...ways);
  return (await interleaved(COLD_ROUNDS, 1, ...ways)).map(median);
}
