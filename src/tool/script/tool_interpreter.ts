/**
 * The interface of interpreters for other languages, as used by script tools.
 */

import type { CallOptions } from "../../config/call_options.ts";
import type { AnySandboxError } from "../../errors.ts";
import type { CallRecord } from "../call_result.ts";
import type { JsonValue } from "../tool.ts";
import type { ToolSandbox } from "../tool_sandbox.ts";

/** The source of a script. */
export interface InterpretedScript {
  /** The name of its file, without the folder. */
  readonly name: string;
  /** Its source text. */
  readonly source: string;
}

/** The result of a call: a value or an error, and what it used. */
export interface InterpretedAnswer {
  /** The call's usage, output and changes. */
  readonly record: Omit<CallRecord, "file">;
  /** What the script returned. */
  readonly value?: JsonValue | undefined;
  /** Why it failed. */
  readonly error?: AnySandboxError | undefined;
}

/** A script loaded by an interpreter. */
export interface InterpretedTool {
  /**
   * Its exports: an object with `schema`, optionally `outputSchema`, and
   * whether there is a function `execute`.
   */
  readonly exported: JsonValue;
  /** Calls `execute` with JSON; never rejects because of the script. */
  call(json: string, options: CallOptions): Promise<InterpretedAnswer>;
}

/**
 * An interpreter that loads tools in its language, such as `PythonInterpreter`
 * of `@cortexai/sandbox/python`.
 */
export interface ToolInterpreter {
  /** The sandbox in which its scripts run, with its limits and grants. */
  readonly sandbox: ToolSandbox;
  /** The extension of its scripts, such as `.py`. */
  readonly ending: string;
  /**
   * Loads a script.
   *
   * @throws {SandboxError} when it can't be.
   */
  loadTool(script: InterpretedScript): Promise<InterpretedTool>;
}
