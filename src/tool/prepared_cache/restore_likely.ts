/** Takes back what is likely a module's, while the module is hashed. */

import { SandboxError } from "../../errors.ts";
import { isQuicklyRestored } from "../../prepare/limits/quick_module.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import { restoreModule } from "../../prepare/restore.ts";
import { type LoadedModule, unpackInfo } from "../preparing/loaded_info.ts";
import { packInfo } from "../preparing/pack_info.ts";
import { sha256HexInSlices } from "../sha256.ts";
import type { PreparedCache } from "./prepared_cache.ts";
import { isWhole, type OpenedEntry, openEntry } from "./prepared_entry.ts";

/** V8 copies what it compiles on the thread that asks, some 0.4 ms a MiB. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What was taken back, and whose it is by what is kept. */
export interface Likely {
  readonly key: string;
  readonly loaded: LoadedModule;
}

/** What is likely a module's: a file, and what it says. */
export interface LikelyEntry extends OpenedEntry {
  readonly entry: Uint8Array<ArrayBuffer>;
}

/** A file that was found. */
export interface FoundEntry extends LikelyEntry {
  /** Whether it can be restored on this thread. */
  readonly isQuick: boolean;
}

/** Reads the cached file that likely belongs to a module, if there is one. */
export async function findLikely(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  cache: PreparedCache,
): Promise<FoundEntry | undefined> {
  const entry = await cache.takeLikely({ bytes, options });
  const opened = entry && openEntry(entry);
  if (!opened) return undefined;
  const isQuick = entry.length <= MOST_BYTES &&
    isQuicklyRestored(opened.kept.bytes) && isQuicklyRestored(bytes);
  return { ...opened, entry, isQuick };
}

/**
 * Compiles it. It is of use only to a module with its key: who has the hash
 * decides.
 *
 * @returns undefined when it is of no use to anybody.
 */
export async function restoreLikely(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  { key, kept, entry }: LikelyEntry,
): Promise<Likely | undefined> {
  try {
    // What V8 makes of damaged bytes is not used.
    const [restored, whole] = await Promise.all([
      restoreModule(bytes, kept, options),
      isWhole(entry, sha256HexInSlices),
    ]);
    if (!restored || !whole) return undefined;
    const { module } = restored;
    const info = unpackInfo(packInfo(restored, bytes));
    return { key, loaded: { module, info } };
  } catch (error) {
    // Whoever prepares the module tells why it is refused.
    if (error instanceof SandboxError) return undefined;
    throw error;
  }
}
