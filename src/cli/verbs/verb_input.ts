/** What a verb works with. */

import type { SandboxConfig } from "../../../mod.ts";
import type { FlagValues } from "../sandbox_flags.ts";
import type { Terminal } from "../terminal.ts";

/** A verb's part of the command line. */
export interface ParsedVerb {
  /** The operands: as many as the verb takes, or any number. */
  readonly operands: readonly string[];
  /** The arguments after the program, for a verb that runs one. */
  readonly guestArguments: readonly string[];
  /** The flags that are not part of the configuration. */
  readonly flags: FlagValues;
}

/** What a verb works with. */
export interface VerbInput extends ParsedVerb {
  /** Parses another command line; undefined if it has no verb. */
  readonly parse: (args: readonly string[]) => ParsedVerb | undefined;
  readonly config: SandboxConfig;
  /** Whether the outcome is printed as one JSON object. */
  readonly isJson: boolean;
  readonly terminal: Terminal;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
}
