/**
 * Compares overlays with the folder itself by random sequences of operations,
 * before and after the commit: `deno task random:overlay [COUNT] [FIRST_SEED]`.
 * With `--record` what came of it is kept for the gate.
 */

import { playSeed } from "./seed.ts";

/** Of how many sequences the tree at the end is kept. */
const KEPT_EVERY = 250;

const isRecording = Deno.args.includes("--record");
const [count = 10_000, first = 1] = Deno.args
  .filter((arg) => arg !== "--record").map(Number);
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
  const recorded = { sequences: count, failed, trees };
  const text = `${JSON.stringify(recorded, undefined, 1)}\n`;
  Deno.writeTextFileSync(new URL("recorded.json", import.meta.url), text);
}
if (failed > 0) Deno.exit(1);
