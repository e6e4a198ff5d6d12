/** The host's word on each call that a program makes. */

import type { JsonValue } from "../../../mod.ts";

/** A call that a program is about to make. */
export interface GatedCall {
  /** The tool's name. */
  readonly name: string;
  /** What it is called with; the program chose it. */
  readonly args: JsonValue;
  /** How many calls the program has made by now, this one included. */
  readonly number: number;
  /** Aborted when the program has ended. */
  readonly signal: AbortSignal;
}

/**
 * `true` to go on, `false` or a reason to deny it, or the arguments that it is
 * to be called with. The program is told the reason.
 */
export type GateAnswer =
  | boolean
  | { readonly deny: string }
  | { readonly args: JsonValue };

/** Approves, denies or changes a call; one that throws denies it. */
export type Gate = (call: GatedCall) => GateAnswer | Promise<GateAnswer>;
