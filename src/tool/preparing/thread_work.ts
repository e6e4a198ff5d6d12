/** Work on modules that is done in a preparing thread. */

import type { PrepareOptions } from "../../prepare/prepare.ts";
import { unpackInfo } from "./loaded_info.ts";
import type { HashedBytes, HashedModule } from "./module_compiler.ts";
import { expectResult, type PreparingResult } from "./preparing_messages.ts";
import { prepareInThread } from "./preparing_threads.ts";

/** Compiles a module in a thread. The bytes are moved. */
export async function compileInThread(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
): Promise<HashedModule> {
  const done = await prepareInThread({ type: "compile", options }, bytes);
  const { sha256, module, info } = expectResult(done, "compiled");
  return { sha256, module, info: unpackInfo(info) };
}

/** Hashes bytes in a thread. They are moved there and back. */
export async function hashInThread(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<HashedBytes> {
  return expectResult(await prepareInThread({ type: "hash" }, bytes), "hashed");
}

/** Inspects a module in a thread. The bytes are moved. */
export async function inspectInThread(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Extract<PreparingResult, { readonly type: "inspected" }>> {
  const done = await prepareInThread({ type: "inspect" }, bytes);
  return expectResult(done, "inspected");
}
