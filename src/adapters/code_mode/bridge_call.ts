/** What a program called, as its result tells it. */

/**
 * How a call ended: `answered`; `failed`, where the tool threw, or answered what
 * is no JSON or does not fit its schema; `denied` by the gate; `refused`, where
 * a budget was used up, there is no such tool or the arguments do not fit its
 * schema; `stopped`, where the program ended first.
 */
export type BridgeOutcome =
  | "answered"
  | "failed"
  | "denied"
  | "refused"
  | "stopped";

/** One call of a tool. */
export interface BridgeCall {
  /** The tool's name, as the program gave it. */
  readonly name: string;
  /** Bytes of its arguments, as JSON. */
  readonly argumentBytes: number;
  /** Bytes of its answer, as JSON; 0 without one. */
  readonly answerBytes: number;
  /** Milliseconds until it was answered. */
  readonly durationMs: number;
  /** How it ended. */
  readonly outcome: BridgeOutcome;
  /** Why it was not answered. */
  readonly error?: string;
}
