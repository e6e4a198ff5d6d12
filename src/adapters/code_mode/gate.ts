/** The host's approval of each call that a program makes. */

import type { JsonValue } from "../../../mod.ts";

/** A call that a program is about to make. */
export interface GatedCall {
  /** The tool's name. */
  readonly name: string;
  /** The arguments, chosen by the program. */
  readonly args: JsonValue;
  /** How many calls the program has made so far, including this one. */
  readonly number: number;
  /** Aborted when the program has ended. */
  readonly signal: AbortSignal;
}

/**
 * `true` to approve, `false` or a reason to deny, or the arguments to call it
 * with instead. The program receives the reason.
 */
export type GateAnswer =
  | boolean
  | { readonly deny: string }
  | { readonly args: JsonValue };

/** Approves, denies or changes a call; one that throws denies it. */
export type Gate = (call: GatedCall) => GateAnswer | Promise<GateAnswer>;
