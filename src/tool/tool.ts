/** The interface of a tool to an agent, sandboxed or not. */

import type { OutputHandler } from "../config/call_options.ts";
import type { JsonValue } from "../config/json_value.ts";
import type { CallResult } from "./call_result.ts";

export type { JsonValue };

/** Hints that a tool gives about its effects; they are not verified. */
export interface ToolAnnotations {
  /** The tool changes nothing. */
  readonly readOnlyHint?: boolean;
  /** Its changes may be destructive; meaningful only if it is not read-only. */
  readonly destructiveHint?: boolean;
  /** Repeating a call with the same arguments has no further effect. */
  readonly idempotentHint?: boolean;
  /** It interacts with external systems, such as the web. */
  readonly openWorldHint?: boolean;
}

/** A tool's description of itself. */
export interface ToolSchema {
  /**
   * The name by which a model calls it: 1 to 64 letters, digits, `_`, `-`, `.`
   */
  readonly name: string;
  /** What it does, for the model; empty if the tool does not declare it. */
  readonly description: string;
  /** A JSON Schema object that describes the arguments. */
  readonly parameters: { readonly [key: string]: JsonValue };
  /** A display name; absent if the tool does not declare one. */
  readonly title?: string;
  /** A JSON Schema of its results; absent if the tool does not declare one. */
  readonly outputSchema?: { readonly [key: string]: JsonValue };
  /** Its effects, in MCP's terms; absent if the tool does not declare them. */
  readonly annotations?: ToolAnnotations;
  /**
   * Whether it declares that a person should approve each call; `false` by
   * default.
   */
  readonly dangerous: boolean;
  /** Any other metadata that it declares; empty by default. */
  readonly metadata: { readonly [key: string]: JsonValue };
  /** The scopes that it requires of a caller; empty by default. */
  readonly requiredScopes: readonly string[];
}

/** Options for calls of any tool, sandboxed or not. */
export interface ToolCallOptions {
  /** Aborts the call, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Any value passed to tools of the host program, such as the caller's
   * identity; sandboxed tools do not receive it.
   */
  readonly context?: unknown;
  /**
   * Receives what a sandboxed tool writes to standard error, as it is written.
   */
  readonly onStderr?: OutputHandler | undefined;
}

/** A tool that an agent can call, sandboxed or not. */
export interface Tool {
  /** The tool's schema. */
  schema(): ToolSchema;
  /** Calls it: JSON in, JSON out. */
  execute(args: unknown, options?: ToolCallOptions): Promise<JsonValue>;
  /** Calls it and reports what the call used, if it can. */
  call?(
    args: unknown,
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>>;
  /** Throws or rejects if the arguments do not match, if it can tell. */
  validate?(args: unknown): void | Promise<void>;
}
