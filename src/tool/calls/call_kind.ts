/** The host's side of a kind of call: how it is encoded and decoded. */

import type { Op } from "../../channel/layout.ts";
import type { CallPlan } from "../../contract/call_plan.ts";

/** An export and its types. */
export type CallTarget = Pick<
  CallPlan,
  "exportName" | "allocator" | "params" | "results"
>;

/** The host's half of one kind of call; `src/guest/call_kinds.ts` has the guest's. */
export interface CallKind<Input, Value> {
  /** Its number in the channel's protocol. */
  readonly op: Op;
  /** Whether the input is passed as standard input instead of a payload. */
  readonly takesStdin: boolean;
  /**
   * Whether standard output is the answer, and is shown in the error if it
   * can't be parsed.
   */
  readonly answersByStdout?: boolean;
  /** The export that it calls, if that depends on the input. */
  target?(input: Input): CallTarget;
  /** Encodes the input. */
  encode(input: Input): Uint8Array;
  /**
   * Decodes the reply.
   *
   * @throws {ExecutionFailed} when it cannot be used.
   */
  decode(bytes: Uint8Array, input: Input): Value | Promise<Value>;
}
