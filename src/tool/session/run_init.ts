/** Makes the calls that precede a snapshot. */

import { ExecutionFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import { valueOf } from "../call_result.ts";
import type { SandboxSession } from "./sandbox_session.ts";
import type { SnapshotInit } from "./session_options.ts";

/** Maximum number of characters of guest output in messages. */
const MAX_SHOWN = 1000;

/**
 * Makes one of these calls.
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
    const { export: name, bytes, allocator, expect, ...options } = call;
    const result = await session.callBytes(name, bytes, allocator, options);
    const answer = valueOf(result);
    if (expect === undefined || answer === expect) return;
    throw new ExecutionFailed(
      `Cannot take a snapshot: ${
        quote(name)
      } returned ${answer}, expected ${expect}: ${
        result.stderr.trim().slice(-MAX_SHOWN)
      }`,
    );
  } else {
    const { export: name, numbers = [], ...options } = call;
    valueOf(await session.call(name, numbers, options));
  }
}
