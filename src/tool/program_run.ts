/** The run of a WASI program: its options and its result. */

import type { CallOptions } from "../config/call_options.ts";
import { ExecutionFailed } from "../errors.ts";
import type { CallFailure, CallSuccess } from "./call_result.ts";
import { exportSignature, type SandboxedModule } from "./sandboxed_module.ts";

/** Options of {@linkcode ToolSandbox.run}. */
export interface RunOptions extends CallOptions {
  /** The name that the program is told as its own; `"program"` by default. */
  readonly name?: string | undefined;
  /**
   * Where relative paths lead: a folder that is granted or in memory, or one in
   * it, which has to be there and not behind a link; `..` does not lead out of
   * it. The configuration's by default.
   */
  readonly workingDirectory?: string | undefined;
}

/** A program that ended by itself. */
export interface RunSuccess extends CallSuccess<number> {
  /** What it passed to `proc_exit`, 0 when it returned; the same as `value`. */
  readonly exitCode: number;
}

/** A program that trapped or met a limit. */
export interface RunFailure extends CallFailure {
  /** It has none. */
  readonly exitCode: undefined;
}

/** How a program ended, and what it wrote. */
export type RunResult = RunSuccess | RunFailure;

/**
 * Checks that a module is a program.
 *
 * @throws {ExecutionFailed} when it is not; the message says what to do.
 */
export function checkProgram(module: SandboxedModule): void {
  const isTool = module.exports.includes("__tool_execute") &&
    !module.exports.includes("_start");
  if (isTool) {
    throw new ExecutionFailed(
      "Cannot run module: it is a tool and not a program, call it with SandboxedTool",
    );
  }
  const { params, results } = exportSignature(module, "_start");
  if (params.length === 0 && results.length === 0) return;
  throw new ExecutionFailed(
    `Cannot run module: _start is (${params}) -> (${results}), expected () -> ()`,
  );
}
