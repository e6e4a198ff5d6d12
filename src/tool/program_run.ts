/** The run of a WASI program: its arguments, its streams, its end. */

import { Op } from "../channel/layout.ts";
import type { RunPlan } from "../channel/messages.ts";
import { ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import type { CallRecord, CallResult } from "./call_result.ts";
import {
  type OutputHandler,
  ProgramStreams,
  type StdinSource,
} from "./program_streams.ts";
import { exportSignature, type SandboxedModule } from "./sandboxed_module.ts";
import type { ToolCallOptions } from "./tool.ts";
import type { ModuleCall } from "./tool_sandbox.ts";

/** Options of {@linkcode ToolSandbox.run}. */
export interface RunOptions extends ToolCallOptions {
  /** The name that the program is told as its own; `"program"` by default. */
  readonly name?: string;
  /** The arguments after the name; none by default. */
  readonly args?: readonly string[];
  /** The environment variables; none by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input: text, bytes, or a stream that is read as it is needed. */
  readonly stdin?: StdinSource;
  /** Called with what is written to standard output, as it is written. */
  readonly onStdout?: OutputHandler;
  /** Called with what is written to standard error, as it is written. */
  readonly onStderr?: OutputHandler;
}

/** How a program ended, and what it wrote. */
export interface RunResult extends CallRecord {
  /** What it passed to `proc_exit`, 0 when it returned. */
  readonly exitCode: number;
}

/** A run to be made, and what has to be let go after it. */
export interface StartedRun {
  readonly call: ModuleCall;
  /** Lets go of the input stream. */
  end(): void;
}

/**
 * Makes the call of a run.
 *
 * @throws {ExecutionFailed} when the module is no program.
 * @throws {TypeError} when an argument or a variable can't be passed.
 */
export function startRun(
  module: SandboxedModule,
  options: RunOptions,
): StartedRun {
  const { params, results } = exportSignature(module, "_start");
  if (params.length > 0 || results.length > 0) {
    throw new ExecutionFailed(
      `Module is no program: _start is (${params}) -> (${results}), expected () -> ()`,
    );
  }
  const { name = "program", args = [], env = {} } = options;
  const streams = new ProgramStreams(options);
  const plan: RunPlan = {
    args: [name, ...args].map((arg) => checkText("argument", arg)),
    env: checkEnvironment(env),
    asksStdin: streams.isAsked,
    tellsOutput: options.onStdout !== undefined ||
      options.onStderr !== undefined,
  };
  return {
    call: {
      op: Op.Run,
      meta: JSON.stringify(plan),
      payload: streams.payload,
      handlers: streams.handlers,
    },
    end: () => streams.end(),
  };
}

/**
 * Turns the result of a call into that of a run.
 *
 * @throws {SandboxError} when the call failed.
 */
export function toRunResult(result: CallResult<Uint8Array>): RunResult {
  if (!result.ok) throw result.error;
  const { ok: _ok, value, ...record } = result;
  if (value.length !== 4) {
    throw new ExecutionFailed("Worker answered with no exit code");
  }
  const view = new DataView(value.buffer, value.byteOffset);
  return { exitCode: view.getUint32(0, true), ...record };
}

function checkEnvironment(
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => {
      if (key === "" || key.includes("=")) {
        throw new TypeError(
          `Cannot run program: ${quote(key)} is no variable's name`,
        );
      }
      return [checkText("variable", key), checkText("variable", value)];
    }),
  );
}

/** A C program would see the text end at the first NUL. */
function checkText(what: string, text: string): string {
  if (typeof text !== "string" || text.includes("\0")) {
    const shown = quote(String(text));
    throw new TypeError(
      `Cannot run program: ${what} ${shown} is no text without NUL`,
    );
  }
  return text;
}
