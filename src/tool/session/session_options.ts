/** Options of sessions and snapshots. */

import type { CallOptions } from "../../config/call_options.ts";
import {
  checkKnown,
  checkObject,
  checkTime,
} from "../../config/option_checks.ts";
import type { SandboxConfig } from "../../config/sandbox_config.ts";
import { quote } from "../../quote.ts";
import type { Numbers } from "../calls/numeric_call.ts";

/** Options of `ToolSandbox.session`. */
export interface SessionOptions extends
  Pick<
    CallOptions,
    "args" | "env" | "files" | "signal" | "timeout" | "maxFuel"
  > {
  /**
   * Whether a call that is stopped, traps or runs out of fuel restores the
   * session to its state before the call, instead of ending it: memory,
   * in-memory files and overlay changes. The state is saved before every call,
   * which takes about as long as copying the memory; a call that leaves a
   * descriptor open is the last one. Folders that guests may write to without
   * an overlay can't be restored, and are refused.
   */
  readonly rollback?: boolean | undefined;
  /**
   * Idle time in milliseconds after which the session ends; 10 minutes by
   * default.
   */
  readonly idleTimeout?: number | undefined;
}

/** A call made before a snapshot is taken. */
export type SnapshotInit =
  /** An exported function, with numbers. */
  | (CallOptions & {
    readonly export: string;
    readonly numbers?: Numbers | undefined;
  })
  /** `__tool_execute`, with a JSON value. */
  | (CallOptions & { readonly tool: unknown })
  /**
   * An export that takes bytes, copied to memory that the export `allocator`
   * returns; fails if it does not return `expect`.
   */
  | (CallOptions & {
    readonly export: string;
    readonly bytes: Uint8Array;
    readonly allocator: string;
    readonly expect?: number | undefined;
  });

/** Options of `ToolSandbox.snapshot`. */
export interface SnapshotOptions extends
  Pick<
    CallOptions,
    "args" | "env" | "files" | "signal" | "timeout" | "maxFuel"
  > {
  /**
   * Calls to make first, in order. Each has the limits of a call, or its own
   * lower ones; if one fails, so does the snapshot.
   */
  readonly init?: readonly SnapshotInit[] | undefined;
}

const COMMON = ["args", "env", "files", "signal", "timeout", "maxFuel"];
const IDLE_MS = 600_000;

/**
 * Checks the options specific to sessions.
 *
 * @returns the idle timeout in milliseconds.
 * @throws {TypeError} for an unknown or invalid option.
 */
export function checkSessionOptions(options: SessionOptions): number {
  checkObject("options of a session", options);
  const own = [...COMMON, "rollback", "idleTimeout"];
  checkKnown("options of a session", options, own);
  const { idleTimeout } = options;
  return idleTimeout === undefined
    ? IDLE_MS
    : checkTime("idleTimeout", idleTimeout);
}

/**
 * Checks that a session's failed calls can be rolled back.
 *
 * @throws {TypeError} when a folder is writable without an overlay.
 */
export function checkRollback({ allowedPaths }: SandboxConfig): void {
  const written = allowedPaths.find(({ write }) => write);
  if (!written) return;
  throw new TypeError(
    `Cannot set rollback: what is written to ${
      quote(written.guest)
    } cannot be taken back, grant it with an overlay or for reading`,
  );
}

/**
 * Checks the options specific to snapshots.
 *
 * @throws {TypeError} for an unknown or invalid option.
 */
export function checkSnapshotOptions(options: SnapshotOptions): void {
  checkObject("options of a snapshot", options);
  checkKnown("options of a snapshot", options, [...COMMON, "init"]);
  const { init = [] } = options;
  if (!Array.isArray(init)) {
    throw new TypeError("Cannot set init: expected a list of calls");
  }
}
