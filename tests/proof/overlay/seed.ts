/** One random sequence by its number, and the tree that it ends with. */

import { playSequence } from "../../fs/overlay/overlay_differential.ts";
import { randomNumbers } from "../../imports/wasi/guest.ts";

/**
 * Plays a sequence on an overlay and on the folder itself.
 *
 * @returns the hash of the tree that both of them end with.
 */
export async function playSeed(seed: number): Promise<string> {
  const tree = playSequence(randomNumbers(seed * 7919));
  const sorted = Object.entries(tree as object)
    .sort(([a], [b]) => a < b ? -1 : 1);
  const bytes = new TextEncoder().encode(JSON.stringify(sorted));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).subarray(0, 8).toHex();
}
