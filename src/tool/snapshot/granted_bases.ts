/** Hashes the contents of granted directories, on which a snapshot is based. */

import type { MemoryDirectory } from "../../contract/system_grants.ts";
import { sha256Hex } from "../sha256.ts";

const known = new WeakMap<
  readonly MemoryDirectory[],
  Promise<ReadonlyMap<string, string>>
>();

/** A hash for each directory, by guest path. */
export function grantedBases(
  granted: readonly MemoryDirectory[],
): Promise<ReadonlyMap<string, string>> {
  let bases = known.get(granted);
  if (!bases) known.set(granted, bases = hashAll(granted));
  return bases;
}

async function hashAll(
  granted: readonly MemoryDirectory[],
): Promise<ReadonlyMap<string, string>> {
  const bases = new Map<string, string>();
  for (const { guest, files } of granted) {
    const hashes: [path: string, sha256: string][] = [];
    for (const [path, bytes] of Object.entries(files)) {
      hashes.push([path, await sha256Hex(bytes as Uint8Array<ArrayBuffer>)]);
    }
    const list = new TextEncoder().encode(JSON.stringify(hashes.sort()));
    bases.set(guest, await sha256Hex(list));
  }
  return bases;
}
