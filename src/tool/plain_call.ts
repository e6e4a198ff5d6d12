/**
 * Calls tools of the host program, with the same kind of result as sandboxed
 * tools.
 */

import {
  type AnySandboxError,
  ExecutionFailed,
  SandboxError,
} from "../errors.ts";
import { noRecord } from "./call_record.ts";
import { type CallResult, failed, succeeded } from "./call_result.ts";
import type { JsonValue, Tool, ToolCallOptions } from "./tool.ts";

/**
 * Calls a tool, and turns what it throws into a failed result.
 *
 * @throws the signal's reason as soon as the call is aborted, even if the tool
 * ignores the signal.
 */
export async function callPlainTool(
  tool: Tool,
  args: unknown,
  options: ToolCallOptions,
): Promise<CallResult<JsonValue>> {
  const { signal } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  const record = () => ({
    ...noRecord(),
    usage: { ...noRecord().usage, durationMs: performance.now() - started },
  });
  try {
    if (tool.call) return await untilAbort(tool.call(args, options), signal);
    return succeeded(
      await untilAbort(tool.execute(args, options), signal),
      record(),
    );
  } catch (error) {
    signal?.throwIfAborted();
    return failed(toSandboxError(error), record());
  }
}

function toSandboxError(error: unknown): AnySandboxError {
  if (error instanceof SandboxError) return error as AnySandboxError;
  const message = error instanceof Error ? error.message : String(error);
  return new ExecutionFailed(`Tool failed: ${message}`, { cause: error });
}

async function untilAbort<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
