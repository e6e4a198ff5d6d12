/** What a kind of call is to the host: how it is asked for and answered. */

import type { Op } from "../../channel/layout.ts";
import type { CallPlan } from "../../contract/call_plan.ts";

/** An export and its types. */
export type CallTarget = Pick<
  CallPlan,
  "exportName" | "allocator" | "params" | "results"
>;

/** The host's half of one kind of call; `src/guest/call_kinds.ts` has the guest's. */
export interface CallKind<Input, Value> {
  /** The number that names it in the channel. */
  readonly op: Op;
  /** Whether the input is standard input, and not a payload of its own. */
  readonly takesStdin: boolean;
  /** Whether what it prints is the answer, to be shown where it is none. */
  readonly answersByStdout?: boolean;
  /** What it calls, where that is not always the same export. */
  target?(input: Input): CallTarget;
  /** What it sends. */
  encode(input: Input): Uint8Array;
  /**
   * Reads what came back.
   *
   * @throws {ExecutionFailed} when it cannot be used.
   */
  decode(bytes: Uint8Array, input: Input): Value | Promise<Value>;
}
