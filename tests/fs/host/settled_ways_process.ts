/**
 * Looks at many deep directories through one guard, and prints the MiB that it
 * remembers of them:
 *
 *     deno run -A --v8-flags=--expose-gc settled_ways_process.ts
 */

import { AncestorGuard } from "../../../src/fs/host/ancestor_guard.ts";
import { StopPage } from "../../../src/stop_page.ts";

const DEPTH = 400;
const LEAVES = 100;
/** Longer than it takes until what was made counts as settled. */
const SETTLES_MS = 2_500;

if (import.meta.main) {
  const { gc } = globalThis as unknown as { gc(): void };
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const deep = "dir/".repeat(DEPTH);
  Deno.mkdirSync(`${root}/${deep}`, { recursive: true });
  const leaves = Array.from({ length: LEAVES }, (_, i) => `${deep}${i}`);
  for (const leaf of leaves) Deno.mkdirSync(`${root}/${leaf}`);
  await new Promise((resolve) => setTimeout(resolve, SETTLES_MS));
  const guard = new AncestorGuard(root, new StopPage(), (act) => act());
  gc();
  const before = Deno.memoryUsage().heapUsed;
  for (const leaf of leaves) guard.observe(leaf, () => 1, (a, b) => a === b);
  gc();
  const held = Deno.memoryUsage().heapUsed - before;
  console.log(Math.round(held / 2 ** 20));
  // What was remembered still holds.
  guard.observe(`${deep}0`, () => 1, (a, b) => a === b);
  Deno.removeSync(root, { recursive: true });
}
