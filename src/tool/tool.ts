/** What a tool is to an agent, whether it runs in a sandbox or not. */

import type { OutputHandler } from "../config/call_options.ts";
import type { JsonValue } from "../config/json_value.ts";
import type { CallResult } from "./call_result.ts";

export type { JsonValue };

/** What a tool says about its effects: hints, which nobody vouches for. */
export interface ToolAnnotations {
  /** It changes nothing. */
  readonly readOnlyHint?: boolean;
  /** What it changes may be lost; says something only where it changes. */
  readonly destructiveHint?: boolean;
  /** A second call with the same arguments changes nothing more. */
  readonly idempotentHint?: boolean;
  /** It reaches others, such as the web. */
  readonly openWorldHint?: boolean;
}

/** What a tool says about itself. */
export interface ToolSchema {
  /** The name that a model calls it by: 1 to 64 letters, digits, `_`, `-`, `.` */
  readonly name: string;
  /** What it does, for the model; empty when the tool does not say. */
  readonly description: string;
  /** A JSON Schema object that describes the arguments. */
  readonly parameters: { readonly [key: string]: JsonValue };
  /** A name for people; not there when the tool does not say. */
  readonly title?: string;
  /** A JSON Schema of its answers; not there when the tool does not say. */
  readonly outputSchema?: { readonly [key: string]: JsonValue };
  /** Its effects, as MCP names them; not there when the tool does not say. */
  readonly annotations?: ToolAnnotations;
  /** Whether it says that a person should be asked first; `false` by default. */
  readonly dangerous: boolean;
  /** Anything else that it says; empty by default. */
  readonly metadata: { readonly [key: string]: JsonValue };
  /** The scopes that it says a caller needs; empty by default. */
  readonly requiredScopes: readonly string[];
}

/** Options that the call of any tool has, sandboxed or not. */
export interface ToolCallOptions {
  /** Ends the call when aborted; the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Anything that the caller gives to tools of the host program, such as who
   * asks; sandboxed tools do not get it.
   */
  readonly context?: unknown;
  /** Takes what a sandboxed tool writes to standard error, as it comes. */
  readonly onStderr?: OutputHandler | undefined;
}

/** A tool that an agent can call: sandboxed ones, and others beside them. */
export interface Tool {
  /** What the tool says about itself. */
  schema(): ToolSchema;
  /** Calls it: JSON in, JSON out. */
  execute(args: unknown, options?: ToolCallOptions): Promise<JsonValue>;
  /** Calls it and tells what the call used, where it can tell. */
  call?(
    args: unknown,
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>>;
  /** Throws or rejects when the arguments do not fit, where it can tell. */
  validate?(args: unknown): void | Promise<void>;
}
