/** Compiles a cached prepared module, or prepares and caches it. */

import type { PrepareOptions } from "../../prepare/prepare.ts";
import type {
  CompileMore,
  HashedBytes,
  HashedModule,
} from "../preparing/module_compiler.ts";
import { prepareKept } from "../preparing/thread_work.ts";
import { cacheKey, type PreparedCache } from "./prepared_cache.ts";

/**
 * Compiles a module through a cache. Takes ownership of the bytes.
 *
 * @throws what compiling without a cache throws.
 */
export async function compileKept(
  { sha256, bytes }: HashedBytes,
  options: PrepareOptions,
  cache: PreparedCache,
  more: CompileMore,
): Promise<HashedModule> {
  const key = cacheKey(sha256, options);
  const entry = await cache.find(key);
  const { compiled, made } = await prepareKept(bytes, options, {
    ...more,
    sha256,
    kept: { key, entry },
  });
  if (made) cache.keep(key, made);
  return compiled;
}
