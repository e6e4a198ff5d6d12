/** Examines a module, even if a sandbox would refuse it. */

import { CompilationFailed, MemoryLimitExceeded } from "../errors.ts";
import { isMalformed } from "../wasm/malformed.ts";
import type { ModuleInfo } from "./module_info.ts";
import { type ModuleOutline, readOutline } from "./outline.ts";
import { rewriteModule, validateOriginal } from "./prepare.ts";

/** The most that a configuration can grant. */
const MOST_MEMORY_BYTES = 2 ** 40;

/** What was found out: plain data. */
export interface Examination {
  readonly outline: ModuleOutline;
  /** What preparation learnt; undefined when it refused the module. */
  readonly info: ModuleInfo | undefined;
  /** Why preparation refused the module. */
  readonly refusal: string | undefined;
}

/**
 * Prepares as a sandbox does, with the highest possible limit. V8 sees the
 * bytes only if our reader finds nothing to refuse.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module.
 */
export function examineModule(bytes: Uint8Array): Examination {
  const info = tryPrepare(bytes);
  if (typeof info !== "string") validateOriginal(bytes);
  const outline = readOutline(bytes);
  return typeof info === "string"
    ? { outline, info: undefined, refusal: info }
    : { outline, info, refusal: undefined };
}

/** What preparation learns, or why it refuses. */
function tryPrepare(bytes: Uint8Array): ModuleInfo | string {
  try {
    const options = { maxMemoryBytes: MOST_MEMORY_BYTES, fuel: false };
    return rewriteModule(bytes, options).info;
  } catch (error) {
    const isRefusal = error instanceof MemoryLimitExceeded ||
      (error instanceof CompilationFailed && !isMalformed(error));
    if (!isRefusal) throw error;
    return error.message;
  }
}
