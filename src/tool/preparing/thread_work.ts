/** Work on modules that is done in a preparing thread. */

import type { PrepareOptions } from "../../prepare/prepare.ts";
import { unpackInfo } from "./loaded_info.ts";
import type { CompileMore, HashedModule } from "./module_compiler.ts";
import {
  expectResult,
  type KeptEntry,
  type PreparingResult,
} from "./preparing_messages.ts";
import { prepareInThread } from "./preparing_threads.ts";

/** Compiles a module in a thread. The bytes are transferred. */
export async function compileInThread(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  more: CompileMore = {},
): Promise<HashedModule> {
  return (await prepareKept(bytes, options, more)).compiled;
}

/** Like `compileInThread`, using a cache entry or returning a new one. */
export async function prepareKept(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  { sha256: known, onProgress, kept }: CompileMore & { kept?: KeptEntry },
): Promise<{
  readonly compiled: HashedModule;
  readonly made: readonly Uint8Array[] | undefined;
}> {
  const tells = onProgress !== undefined;
  const done = await prepareInThread(
    { type: "compile", options, tells, sha256: known, kept },
    bytes,
    onProgress,
  );
  const { sha256, module, info, made } = expectResult(done, "compiled");
  return { compiled: { sha256, module, info: unpackInfo(info) }, made };
}

/** Inspects a module in a thread. The bytes are transferred. */
export async function inspectInThread(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Extract<PreparingResult, { readonly type: "inspected" }>> {
  const done = await prepareInThread({ type: "inspect" }, bytes);
  return expectResult(done, "inspected");
}
