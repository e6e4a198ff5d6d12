/** The calls that are made before a snapshot is taken. */

import { valueOf } from "../call_result.ts";
import type { SandboxSession } from "./sandbox_session.ts";
import type { SnapshotInit } from "./session_options.ts";

/**
 * Makes one of them.
 *
 * @throws {SandboxError} when it fails.
 */
export async function runInit(
  session: SandboxSession,
  call: SnapshotInit,
): Promise<void> {
  if ("tool" in call) {
    const { tool, ...options } = call;
    valueOf(await session.callTool(tool, options));
  } else if ("bytes" in call) {
    const { export: name, bytes, allocator, ...options } = call;
    valueOf(await session.callBytes(name, bytes, allocator, options));
  } else {
    const { export: name, numbers = [], ...options } = call;
    valueOf(await session.call(name, numbers, options));
  }
}
