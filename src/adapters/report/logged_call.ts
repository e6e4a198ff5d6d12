/** A call in a log: one line of JSON, with what a report tells of it. */

import type { CallResult } from "../../../mod.ts";
import { shortened } from "../../quote.ts";

/** A call, as a log keeps it: no arguments, answers or file contents. */
export interface LoggedCall {
  /** The name of the tool or program. */
  readonly tool: string;
  /** When the call ended, in milliseconds since 1970. */
  readonly endedAt: number;
  /** Whether the guest answered. */
  readonly ok: boolean;
  /** The `kind` of the error of a call that failed. */
  readonly kind?: string;
  /** Why it failed, cut to 300 characters. */
  readonly message?: string;
  /** Milliseconds that the guest ran. */
  readonly durationMs: number;
  /** Milliseconds that the call waited for a worker. */
  readonly waitedMs: number;
  /** The most bytes that it took. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed, in digits; `null` when it was not counted. */
  readonly fuelConsumed: string | null;
  /** What it was refused, the first 8. */
  readonly denied: readonly string[];
  /** What it changed in overlays, the first 32. */
  readonly changes: readonly string[];
}

const MOST_TEXT = 300;
const MOST_DENIED = 8;
const MOST_CHANGES = 32;

/**
 * What a log keeps of a call.
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
 * @param tool The name of what was called.
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
