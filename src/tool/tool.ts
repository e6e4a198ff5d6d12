/** What a tool is to an agent, whether it runs in a sandbox or not. */

/** A JSON value. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

/** What a tool says about itself. */
export interface ToolSchema {
  /** The name that a model calls it by: 1 to 64 letters, digits, `_`, `-`, `.` */
  readonly name: string;
  /** What it does, for the model; empty when the tool does not say. */
  readonly description: string;
  /** A JSON Schema object that describes the arguments. */
  readonly parameters: { readonly [key: string]: JsonValue };
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
}

/** A tool that an agent can call: sandboxed ones, and others beside them. */
export interface Tool {
  /** What the tool says about itself. */
  schema(): ToolSchema;
  /** Calls it: JSON in, JSON out. */
  execute(args: unknown, options?: ToolCallOptions): Promise<JsonValue>;
  /** Throws or rejects when the arguments do not fit, where it can tell. */
  validate?(args: unknown): void | Promise<void>;
}
