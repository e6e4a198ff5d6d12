/**
 * Compares overlays with the folder itself by random sequences of operations,
 * before and after the commit: `deno task random:overlay [COUNT] [FIRST_SEED]`.
 * With `--record` what came of it is kept for the gate; a run that begins where
 * the record ends is added to it.
 */

import { playSeed } from "./seed.ts";

/** Of how many sequences the tree at the end is kept. */
const KEPT_EVERY = 250;

const isRecording = Deno.args.includes("--record");
const [count = 10_000, first = 1] = Deno.args
  .filter((arg) => arg !== "--record").map(Number);
const RECORD = new URL("recorded.json", import.meta.url);
const before = isRecording && first > 1
  ? JSON.parse(Deno.readTextFileSync(RECORD))
  : { sequences: 0, failed: 0, trees: {} };
if (isRecording && before.sequences !== first - 1) {
  throw new RangeError(`The record ends with sequence ${before.sequences}`);
}
const trees: Record<string, string> = {};
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  try {
    const tree = await playSeed(seed);
    if (seed % KEPT_EVERY === 0) trees[seed] = tree;
  } catch (error) {
    failed++;
    console.log(`Sequence ${seed} failed:`, error);
  }
}
console.log(`${count - failed} of ${count} sequences gave the same tree`);
if (isRecording) {
  const recorded = {
    sequences: before.sequences + count,
    failed: before.failed + failed,
    trees: { ...before.trees, ...trees },
  };
  const text = `${JSON.stringify(recorded, undefined, 1)}\n`;
  Deno.writeTextFileSync(RECORD, text);
}
if (failed > 0) Deno.exit(1);
