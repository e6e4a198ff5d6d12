/** The verbs: what each takes, and the code that does it. */

import type { SandboxConfig } from "../../mod.ts";
import { callTool } from "./call_tool.ts";
import { inspect } from "./inspect.ts";
import type { Outcome } from "./outcome.ts";
import { SANDBOX_FLAGS } from "./sandbox_flags.ts";
import { showSchema } from "./show_schema.ts";
import type { Terminal } from "./terminal.ts";

/** What a verb works with. */
export interface VerbInput {
  /** As many as {@linkcode Verb.operands} names. */
  readonly operands: readonly string[];
  readonly config: SandboxConfig;
  readonly terminal: Terminal;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Something that the runner does. */
export interface Verb {
  /** The names of what follows the verb; all of it is needed. */
  readonly operands: readonly string[];
  /** The flags it takes, beside those that every verb takes. */
  readonly flags: readonly string[];
  /** Does it. */
  readonly run: (input: VerbInput) => Promise<Outcome>;
}

/** Every verb by its name. */
export const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["schema", {
    operands: ["TOOL.wasm"],
    flags: SANDBOX_FLAGS,
    run: showSchema,
  }],
  ["call", {
    operands: ["TOOL.wasm", "ARGUMENTS (JSON, or - for standard input)"],
    flags: SANDBOX_FLAGS,
    run: callTool,
  }],
  ["inspect", { operands: ["MODULE.wasm"], flags: [], run: inspect }],
]);
