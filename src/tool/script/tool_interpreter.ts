/** Interpreters of other languages, as tools that are their scripts use them. */

import type { CallOptions } from "../../config/call_options.ts";
import type { AnySandboxError } from "../../errors.ts";
import type { CallRecord } from "../call_result.ts";
import type { JsonValue } from "../tool.ts";
import type { ToolSandbox } from "../tool_sandbox.ts";

/** A script, read. */
export interface InterpretedScript {
  /** The name of its file, without the folder. */
  readonly name: string;
  /** Its text. */
  readonly source: string;
}

/** The result of a call: a value or an error, and what it used. */
export interface InterpretedAnswer {
  /** What the call used, printed and changed. */
  readonly record: Omit<CallRecord, "file">;
  /** What the script answered. */
  readonly value?: JsonValue | undefined;
  /** Why it answered nothing. */
  readonly error?: AnySandboxError | undefined;
}

/** A script that an interpreter has loaded. */
export interface InterpretedTool {
  /**
   * What it exports: an object with `schema`, maybe `outputSchema`, and whether
   * there is a function `execute`.
   */
  readonly exported: JsonValue;
  /** Calls `execute` with JSON; never rejects for what the script does. */
  call(json: string, options: CallOptions): Promise<InterpretedAnswer>;
}

/**
 * An interpreter that tools in its language are loaded with, such as
 * `PythonInterpreter` of `@cortexai/sandbox/python`.
 */
export interface ToolInterpreter {
  /** Where its scripts run, with the limits and grants that it was given. */
  readonly sandbox: ToolSandbox;
  /** The end of its scripts' names, such as `.py`. */
  readonly ending: string;
  /**
   * Loads a script.
   *
   * @throws {SandboxError} when it can't be.
   */
  loadTool(script: InterpretedScript): Promise<InterpretedTool>;
}
