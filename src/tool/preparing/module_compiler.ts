/**
 * Prepares and compiles modules: tiny ones here, all others in a
 * thread, as their cost is up to their author.
 */

import { MODULE_LIMITS } from "../../prepare/limits/module_limits.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import { BUILT } from "../built/built_key.ts";
import type { LoadedModule } from "./loaded_info.ts";
import type { PreparingProgress } from "./preparing_messages.ts";

/** A compiled module, and the hash of its bytes. */
export interface HashedModule extends LoadedModule {
  readonly sha256: string;
}

/** Further inputs of a compilation. */
export interface CompileMore {
  /** The hash of the bytes, if known. */
  readonly sha256?: string | undefined;
  /** Called with progress; must not throw. */
  readonly onProgress?: ((progress: PreparingProgress) => void) | undefined;
}

/**
 * Prepares and compiles a module. Takes ownership of the bytes, which may be
 * transferred.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module, or the
 * module can't be bounded or has an import that is not provided.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 * @throws {WorkerLost} when the preparing thread fails.
 */
export async function compile(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  more: CompileMore = {},
): Promise<HashedModule> {
  if (mayBeBuilt(bytes.length, options)) {
    const { compileBuilt } = await import("../built/compile_built.ts");
    const built = await compileBuilt(bytes);
    if (built) return built;
  }
  if (bytes.length <= MODULE_LIMITS.quickBytes) {
    const { compileIfQuick } = await import("./quick_work.ts");
    const quick = await compileIfQuick(bytes, options);
    if (quick) return quick;
  }
  const { compileInThread } = await import("./thread_work.ts");
  return await compileInThread(bytes, options, more);
}

/**
 * Starts a thread ahead of time for an expected module; does nothing while no
 * sandbox is open.
 */
export async function startThreadFor(
  bytes: number,
  options: PrepareOptions,
): Promise<void> {
  if (bytes <= MODULE_LIMITS.quickBytes || mayBeBuilt(bytes, options)) return;
  const [{ preparingThreads }] = await Promise.all([
    import("./preparing_threads.ts"),
    import("./thread_work.ts"),
  ]);
  preparingThreads.warm();
}

/**
 * Whether bytes of this length may be the interpreter, whose prepared form is
 * built in.
 */
export function mayBeBuilt(
  length: number,
  { maxMemoryBytes, fuel }: PrepareOptions,
): boolean {
  return length === BUILT.bytes && !fuel &&
    maxMemoryBytes === BUILT.maxMemoryBytes;
}
