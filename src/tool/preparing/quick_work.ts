/**
 * Work on modules that is quick enough for the calling thread. Few modules are
 * so small: this file is loaded with the first.
 */

import { compileModule } from "../../prepare/compile.ts";
import { isQuick } from "../../prepare/limits/quick_module.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import type { BytesInspection } from "../inspect_bytes.ts";
import { sha256Hex } from "../sha256.ts";
import { unpackInfo } from "./loaded_info.ts";
import type { HashedModule } from "./module_compiler.ts";
import { packInfo } from "./pack_info.ts";

/** Compiles a module here; undefined if that might take long. */
export async function compileIfQuick(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
): Promise<HashedModule | undefined> {
  if (!isQuick(bytes)) return undefined;
  const sha256 = await sha256Hex(bytes);
  const compiled = await compileModule(bytes, options);
  const info = unpackInfo(packInfo(compiled, bytes));
  return { sha256, module: compiled.module, info };
}

/** Inspects a module here; undefined if that might take long. */
export async function inspectIfQuick(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<({ readonly sha256: string } & BytesInspection) | undefined> {
  if (!isQuick(bytes)) return undefined;
  const { inspectBytes } = await import("../inspect_bytes.ts");
  return { sha256: await sha256Hex(bytes), ...await inspectBytes(bytes) };
}
