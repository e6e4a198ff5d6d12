/** Compiles a cached prepared module, or prepares and caches it. */

import type { PrepareOptions } from "../../prepare/prepare.ts";
import {
  type CompileMore,
  hash,
  type HashedBytes,
  type HashedModule,
  isHashedHere,
} from "../preparing/module_compiler.ts";
import { prepareKept } from "../preparing/thread_work.ts";
import { loadHash } from "../sha256.ts";
import { cacheKey, fileName, type PreparedCache } from "./prepared_cache.ts";
import { findLikely, type Likely, restoreLikely } from "./restore_likely.ts";

/** A module that was hashed, and what is likely kept of it. */
export interface HashedWithLikely {
  readonly hashed: HashedBytes;
  readonly likely: Likely | undefined;
}

/** Hashes a module, while what is likely kept of it is compiled. */
export async function hashWithLikely(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  cache: PreparedCache,
): Promise<HashedWithLikely> {
  // Otherwise the bytes move to the thread that hashes them.
  const [found] = isHashedHere(bytes.length)
    ? await Promise.all([findLikely(bytes, options, cache), loadHash()])
    : [];
  // V8 compiles in threads of its own meanwhile.
  const [likely, hashed] = await Promise.all([
    found && restoreLikely(bytes, options, found),
    hash(bytes),
  ]);
  return { hashed, likely };
}

/**
 * Compiles a module through a cache. Takes ownership of the bytes.
 *
 * @throws what compiling without a cache throws.
 */
export async function compileKept(
  { hashed: { sha256, bytes }, likely }: HashedWithLikely,
  options: PrepareOptions,
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
  const entry = await cache.find(name);
  const { compiled, made } = await prepareKept(bytes, options, {
    ...more,
    sha256,
    kept: { key, entry },
  });
  if (made) cache.keep(name, made);
  return compiled;
}
