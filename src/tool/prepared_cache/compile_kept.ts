/** Compiles a cached prepared module, or prepares and caches it. */

import type { PrepareOptions } from "../../prepare/prepare.ts";
import type {
  CompileMore,
  HashedModule,
} from "../preparing/module_compiler.ts";
import { prepareKept } from "../preparing/thread_work.ts";
import { loadHashFor, sha256HexInSlices } from "../sha256.ts";
import { cacheKey, fileName, type PreparedCache } from "./prepared_cache.ts";
import {
  findLikely,
  type FoundEntry,
  type Likely,
  restoreLikely,
} from "./restore_likely.ts";

/** A module's hash, and the cached module that is likely its own. */
export interface HashedWithLikely {
  readonly sha256: string;
  /** The file found in the cache. */
  readonly found: FoundEntry | undefined;
  /** The module restored from it, if that is quick. */
  readonly likely: Likely | undefined;
}

/** Hashes a module, while the cached module that is likely its own is compiled. */
export async function hashWithLikely(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  cache: PreparedCache,
): Promise<HashedWithLikely> {
  const [found] = await Promise.all([
    findLikely(bytes, options, cache),
    loadHashFor(bytes.length),
  ]);
  // Meanwhile V8 compiles in its own threads.
  const [likely, sha256] = await Promise.all([
    found?.isQuick ? restoreLikely(bytes, options, found) : undefined,
    sha256HexInSlices(bytes),
  ]);
  return { sha256, found, likely };
}

/**
 * Compiles a module through a cache. Takes ownership of the bytes.
 *
 * @throws what compiling without a cache throws.
 */
export async function compileKept(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  { sha256, found, likely }: HashedWithLikely,
  cache: PreparedCache,
  more: CompileMore,
): Promise<HashedModule> {
  const key = cacheKey(sha256, options);
  if (likely?.key === key) {
    more.onProgress?.({
      phase: "compiling",
      doneBytes: 0,
      totalBytes: bytes.length,
    });
    return { sha256, ...likely.loaded };
  }
  const name = await fileName(key, { bytes, options });
  const entry = found?.key === key ? found.entry : await cache.find(name);
  const { compiled, made } = await prepareKept(bytes, options, {
    ...more,
    sha256,
    kept: { key, entry },
  });
  if (made) cache.keep(name, made);
  return compiled;
}
