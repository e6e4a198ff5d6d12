/** The outcomes of a call given to a worker. */

import type { CallAnswer } from "../../channel/layout.ts";
import type { WorkerLost } from "../../errors.ts";
import type { StopReason } from "../../stop_page.ts";

/** A call's end: what the guest answered, and why it was stopped if it was. */
export interface CallEnd {
  readonly answer: CallAnswer;
  readonly reason: StopReason;
}

/**
 * The outcome of a call. An error thrown by user code is only ever the `error`
 * of a failure: its class says nothing about the worker.
 */
export type CallOutcome =
  | { readonly kind: "ended"; readonly end: CallEnd }
  /** Something on the host failed; the worker is still usable. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** It was stopped before the guest began; the worker is still usable. */
  | { readonly kind: "stopped"; readonly reason: StopReason }
  /** The worker must not be used again. */
  | {
    readonly kind: "lost";
    readonly error: WorkerLost;
    /** Whether the guest may have begun, so that it must not run again. */
    readonly began: boolean;
  };
