/** Options and result of running a WASI program. */

import type { CallOptions } from "../config/call_options.ts";
import { ExecutionFailed } from "../errors.ts";
import type { CallFailure, CallSuccess } from "./call_result.ts";
import { exportSignature, type SandboxedModule } from "./sandboxed_module.ts";

/** Options of {@linkcode ToolSandbox.run}. */
export interface RunOptions extends CallOptions {
  /** The program's name (`argv[0]`); `"program"` by default. */
  readonly name?: string | undefined;
  /**
   * The directory to which relative paths resolve: a granted or in-memory
   * folder, or an existing directory inside one that is not behind a symbolic
   * link. `..` can't leave it. The configured one by default.
   */
  readonly workingDirectory?: string | undefined;
}

/** A program that ran to completion. */
export interface RunSuccess extends CallSuccess<number> {
  /**
   * The exit code passed to `proc_exit`, or 0 if it returned; equals `value`.
   */
  readonly exitCode: number;
}

/** A program that trapped or exceeded a limit. */
export interface RunFailure extends CallFailure {
  /** Always `undefined`. */
  readonly exitCode: undefined;
}

/** The result of a program, and its output. */
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
