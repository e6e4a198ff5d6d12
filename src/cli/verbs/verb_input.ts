/** What a verb works with. */

import type { SandboxConfig } from "../../../mod.ts";
import type { FlagValues } from "../sandbox_flags.ts";
import type { Terminal } from "../terminal.ts";

/** A verb's part of the command line. */
export interface ParsedVerb {
  /** As many as the verb names, or any number. */
  readonly operands: readonly string[];
  /** What follows the program, for a verb that runs one. */
  readonly guestArguments: readonly string[];
  /** What the configuration does not say already. */
  readonly flags: FlagValues;
}

/** What a verb works with. */
export interface VerbInput extends ParsedVerb {
  /** Takes another command line apart; undefined when it has no verb. */
  readonly parse: (args: readonly string[]) => ParsedVerb | undefined;
  readonly config: SandboxConfig;
  /** Whether the outcome is told as one JSON object. */
  readonly isJson: boolean;
  readonly terminal: Terminal;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
}
