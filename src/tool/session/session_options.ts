/** What a session is opened with, and what a snapshot is taken after. */

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
   * Whether a call that is stopped, traps or runs out of fuel leaves the
   * session as it was before, in place of ending it: its memory, its files in
   * memory and what it changed in overlays. The state is taken before every
   * call, which takes about as long as copying its memory; a call that leaves a
   * descriptor open is the last one. Folders that guests may write to without
   * an overlay can't be put back, and are refused.
   */
  readonly rollback?: boolean | undefined;
  /** Milliseconds without a call after which it ends; 10 minutes. */
  readonly idleTimeout?: number | undefined;
}

/** A call that is made before a snapshot is taken. */
export type SnapshotInit =
  /** An exported function, with numbers. */
  | (CallOptions & {
    readonly export: string;
    readonly numbers?: Numbers | undefined;
  })
  /** `__tool_execute`, with a JSON value. */
  | (CallOptions & { readonly tool: unknown })
  /**
   * An export that takes bytes, where the export `allocator` says; it fails
   * when it returns another number than `expect`.
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
   * Calls that are made first, in order. Each has the limits of a call, or
   * lower ones of its own; one that fails fails the snapshot.
   */
  readonly init?: readonly SnapshotInit[] | undefined;
}

const COMMON = ["args", "env", "files", "signal", "timeout", "maxFuel"];
const IDLE_MS = 600_000;

/**
 * Checks the options that only a session has.
 *
 * @returns how long it may rest, in milliseconds.
 * @throws {TypeError} for an option that does not exist or is impossible.
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
 * Checks that a failed call of a session can be undone.
 *
 * @throws {TypeError} when what it writes to a folder could not be.
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
 * Checks the options that only a snapshot has.
 *
 * @throws {TypeError} for an option that does not exist or is impossible.
 */
export function checkSnapshotOptions(options: SnapshotOptions): void {
  checkObject("options of a snapshot", options);
  checkKnown("options of a snapshot", options, [...COMMON, "init"]);
  const { init = [] } = options;
  if (!Array.isArray(init)) {
    throw new TypeError("Cannot set init: expected a list of calls");
  }
}
