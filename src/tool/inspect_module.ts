/** Describes a module and its requirements without running any of it. */

import { parseJson } from "../pieces/parse_json.ts";
import { TimeSlice } from "../pieces/time_slice.ts";
import { MODULE_LIMITS } from "../prepare/limits/module_limits.ts";
import type { ModuleInspection } from "./module_inspection.ts";
import { type ModuleSource, readModuleSource } from "./module_source.ts";

/**
 * Reports what a module is and needs, without running any of it, even if a
 * sandbox would refuse it: then names and types are reported as far as they
 * could be read. Bytes that V8 rejects are not a module. All but tiny modules
 * are parsed in a worker.
 *
 * ```ts
 * import { inspectModule } from "@cortexai/sandbox";
 *
 * // A tool of 149 bytes, which answers with its arguments.
 * const ECHO = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABDQJgAAJ/f2ACf38Cf38DAwIAAQUDAQABBysDBm1lbW9yeQIADV9fdG" +
 *     "9vbF9zY2hlbWEAAA5fX3Rvb2xfZXhlY3V0ZQABCg8CBgBBAEEuCwYAIAAgAQsLNAEA" +
 *     "QQALLnsibmFtZSI6ImVjaG8iLCJwYXJhbWV0ZXJzIjp7InR5cGUiOiJvYmplY3QifX" +
 *     "0=",
 * );
 *
 * const { roles, needs } = await inspectModule(ECHO);
 * console.log(roles, needs.memoryBytes); // [ "tool" ] 65536
 * ```
 *
 * @param source The module: bytes, a stream, a path or a URL.
 * @returns the module's roles, imports, exports, memories and needs.
 * @throws {CompilationFailed} when the bytes are not a valid module.
 * @throws {PermissionDenied} when this process may not read `source`.
 */
export async function inspectModule(
  source: ModuleSource,
): Promise<ModuleInspection> {
  const bytes = await readModuleSource(source);
  if (bytes.length <= MODULE_LIMITS.quickBytes) {
    const { inspectIfQuick } = await import("./preparing/quick_work.ts");
    const quick = await inspectIfQuick(bytes);
    if (quick) return quick;
  }
  const { inspectInThread } = await import("./preparing/thread_work.ts");
  const { sha256, json } = await inspectInThread(bytes);
  const inspection = await parseJson(json, Infinity) as object;
  await restoreUndefined(inspection);
  return { sha256, ...inspection } as ModuleInspection;
}

/**
 * The JSON uses `null` only for unknown values, so each `null` was `undefined`.
 */
async function restoreUndefined(value: object): Promise<void> {
  const slice = new TimeSlice();
  const waiting: object[] = [value];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (slice.isOver) await slice.rest();
    for (const [key, member] of Object.entries(one)) {
      if (member === null) (one as Record<string, unknown>)[key] = undefined;
      else if (typeof member === "object") waiting.push(member);
    }
  }
}
