/** A program's tool calls, as its result reports them. */

/**
 * How a call ended: `answered`; `failed`, if the tool threw, or its answer was
 * not JSON or did not match its schema; `denied` by the gate; `refused`, if a
 * budget was exhausted, the tool does not exist or the arguments do not match
 * its schema; `stopped`, if the program ended first.
 */
export type BridgeOutcome =
  | "answered"
  | "failed"
  | "denied"
  | "refused"
  | "stopped";

/** One tool call. */
export interface BridgeCall {
  /** The tool's name, as the program gave it. */
  readonly name: string;
  /** Bytes of its arguments, as JSON. */
  readonly argumentBytes: number;
  /** Bytes of its answer, as JSON; 0 if there was none. */
  readonly answerBytes: number;
  /** Milliseconds until it ended. */
  readonly durationMs: number;
  /** How it ended. */
  readonly outcome: BridgeOutcome;
  /** Why it was not answered. */
  readonly error?: string;
}
