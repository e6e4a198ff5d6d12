/** What can become of a call that was given to a worker. */

import type { CallAnswer } from "../../channel/layout.ts";
import type { WorkerLost } from "../../errors.ts";
import type { StopReason } from "../../stop_page.ts";

/** A call's end: what the guest answered, and why it was stopped if it was. */
export interface CallEnd {
  readonly answer: CallAnswer;
  readonly reason: StopReason;
}

/**
 * What became of a call. What a user's code threw is only ever a failure's
 * `error`: nothing about the worker follows from its class.
 */
export type CallOutcome =
  | { readonly kind: "ended"; readonly end: CallEnd }
  /** Something of the host's failed; the worker goes on. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** It was stopped before the guest began; the worker goes on. */
  | { readonly kind: "stopped"; readonly reason: StopReason }
  /** The worker must not be used again. */
  | {
    readonly kind: "lost";
    readonly error: WorkerLost;
    /** Whether the guest may have begun, so that it must not run again. */
    readonly began: boolean;
  };
