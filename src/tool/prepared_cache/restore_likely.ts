/** Restores what the cache likely has of a module, while that is hashed. */

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

/** A restored module, and the key that its file claims. */
export interface Likely {
  readonly key: string;
  readonly loaded: LoadedModule;
}

/** A file that likely belongs to a module. */
export interface FoundEntry extends OpenedEntry {
  /** The whole file. */
  readonly entry: Uint8Array<ArrayBuffer>;
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
 * Compiles a found file. The result may be used only if the module's hash turns
 * out to match its key.
 *
 * @returns undefined if the file is damaged or can't be used.
 */
export async function restoreLikely(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  { key, kept, entry }: Omit<FoundEntry, "isQuick">,
): Promise<Likely | undefined> {
  try {
    // If the bytes are damaged, what V8 compiled is dropped.
    const [restored, whole] = await Promise.all([
      restoreModule(bytes, kept, options),
      isWhole(entry, sha256HexInSlices),
    ]);
    if (!restored || !whole) return undefined;
    const { module } = restored;
    const info = unpackInfo(packInfo(restored, bytes));
    return { key, loaded: { module, info } };
  } catch (error) {
    // Preparing the module reports why it is refused.
    if (error instanceof SandboxError) return undefined;
    throw error;
  }
}
