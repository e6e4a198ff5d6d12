/**
 * Compares overlays with the folder itself by random sequences of operations,
 * before and after the commit: `deno task random:overlay [COUNT] [FIRST_SEED]`.
 */

import { randomNumbers } from "../../imports/wasi/guest.ts";
import { playSequence } from "../../fs/overlay/overlay_differential.ts";

const [count = 10_000, first = 1] = Deno.args.map(Number);
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  try {
    playSequence(randomNumbers(seed * 7919));
  } catch (error) {
    failed++;
    console.log(`Sequence ${seed} failed:`, error);
  }
}
console.log(`${count - failed} of ${count} sequences gave the same tree`);
if (failed > 0) Deno.exit(1);
