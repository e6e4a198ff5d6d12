/** Compiles a module, prepared here or taken from the cache. */

import { type CompiledModule, compilePrepared } from "../../prepare/compile.ts";
import { type PrepareOptions, rewriteModule } from "../../prepare/prepare.ts";
import { restoreModule } from "../../prepare/restore.ts";
import {
  isWhole,
  readEntry,
  writeEntry,
} from "../prepared_cache/prepared_entry.ts";
import { sha256HexHere } from "../sha256.ts";
import { packInfo } from "./pack_info.ts";
import type {
  KeptEntry,
  PreparingProgress,
  PreparingResult,
  PreparingTask,
} from "./preparing_messages.ts";

type CompileTask = Extract<PreparingTask, { readonly type: "compile" }>;
type Tell = (progress: PreparingProgress) => void;

/**
 * Runs the task, and serializes the result for the cache if asked to.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module, or the
 * module can't be bounded or has an import that is not provided.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export async function compileTask(
  task: CompileTask,
  bytes: Uint8Array<ArrayBuffer>,
  tell: Tell,
): Promise<PreparingResult> {
  const { options, kept, tells } = task;
  const telling = tells ? tell : () => {};
  const restored = await restore(kept, bytes, options, telling);
  if (restored) {
    const sha256 = task.sha256 ?? await sha256HexHere(bytes);
    return result(sha256, restored, bytes, undefined);
  }
  const { length: totalBytes } = bytes;
  const done = (doneBytes: number) =>
    telling({ phase: "preparing", doneBytes, totalBytes });
  done(0);
  const prepared = rewriteModule(bytes, options, done);
  tellCompiling(prepared.bytes, telling);
  const compiling = compilePrepared(bytes, prepared);
  compiling.catch(() => {});
  // Meanwhile V8 compiles in its own threads.
  const sha256 = task.sha256 ?? await sha256HexHere(bytes);
  const made = kept && await writeEntry(kept.key, prepared);
  return result(sha256, await compiling, bytes, made);
}

async function restore(
  kept: KeptEntry | undefined,
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  telling: Tell,
): Promise<CompiledModule | undefined> {
  if (!kept?.entry) return undefined;
  const module = readEntry(kept.key, kept.entry);
  if (!module) return undefined;
  tellCompiling(module.bytes, telling);
  // The compiled module is discarded if the bytes turn out to be damaged.
  const [restored, whole] = await Promise.all([
    restoreModule(bytes, module, options),
    isWhole(kept.entry),
  ]);
  return whole ? restored : undefined;
}

function tellCompiling(prepared: Uint8Array, telling: Tell): void {
  telling({ phase: "compiling", doneBytes: 0, totalBytes: prepared.length });
}

function result(
  sha256: string,
  compiled: CompiledModule,
  bytes: Uint8Array,
  made: readonly Uint8Array<ArrayBuffer>[] | undefined,
): PreparingResult {
  const info = packInfo(compiled, bytes);
  return { type: "compiled", sha256, module: compiled.module, info, made };
}
