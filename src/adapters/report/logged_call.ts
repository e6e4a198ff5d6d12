/** A logged call: one line of JSON, with what a report needs. */

import type { CallResult } from "../../../mod.ts";
import { shortened } from "../../quote.ts";

/** A logged call, without arguments, results or file contents. */
export interface LoggedCall {
  /** The name of the tool or program. */
  readonly tool: string;
  /** When the call ended, in milliseconds since 1970. */
  readonly endedAt: number;
  /** Whether the call succeeded. */
  readonly ok: boolean;
  /** The `kind` of the error of a call that failed. */
  readonly kind?: string;
  /** Why it failed, truncated to 300 characters. */
  readonly message?: string;
  /** Milliseconds that the guest ran. */
  readonly durationMs: number;
  /** Milliseconds that the call waited for a worker. */
  readonly waitedMs: number;
  /** Its peak memory in bytes. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed, in digits; `null` if it was not counted. */
  readonly fuelConsumed: string | null;
  /** The first 8 refused requests. */
  readonly denied: readonly string[];
  /** The first 32 changes in overlays. */
  readonly changes: readonly string[];
}

const MOST_TEXT = 300;
const MOST_DENIED = 8;
const MOST_CHANGES = 32;

/**
 * Converts the result of a call for a log.
 *
 * ```ts
 * import { SandboxedTool } from "@cortexai/sandbox";
 * import { loggedCall } from "@cortexai/sandbox/report";
 *
 * async function callAndLog(tool: SandboxedTool, args: unknown): Promise<string> {
 *   const result = await tool.call(args);
 *   return `${JSON.stringify(loggedCall(tool.schema().name, result))}\n`;
 * }
 * ```
 *
 * @param tool The name of the tool or program.
 * @param result The result of the call.
 * @param endedAt When it ended, in milliseconds since 1970; now by default.
 * @returns plain data, for `JSON.stringify` and {@linkcode reportPage}.
 */
export function loggedCall(
  tool: string,
  result: CallResult<unknown>,
  endedAt: number = Date.now(),
): LoggedCall {
  const { ok, usage, denied, changes } = result;
  return {
    tool: shortened(tool, MOST_TEXT),
    endedAt,
    ok,
    ...!ok && {
      kind: result.error.kind,
      message: shortened(result.error.message, MOST_TEXT),
    },
    durationMs: usage.durationMs,
    waitedMs: usage.waitedMs,
    peakMemoryBytes: usage.peakMemoryBytes,
    fuelConsumed: usage.fuelConsumed?.toString() ?? null,
    denied: denied.slice(0, MOST_DENIED).map((one) => {
      const what = one.path === undefined
        ? one.url
        : `${one.operation} ${one.path}`;
      return shortened(`${what}: ${one.reason}`, MOST_TEXT);
    }),
    changes: changes.list.slice(0, MOST_CHANGES)
      .map(({ kind, path }) => shortened(`${kind} ${path}`, MOST_TEXT)),
  };
}
