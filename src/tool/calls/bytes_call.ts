/** Calls made only by sessions and snapshots, and calls with bytes. */

import { Op } from "../../channel/layout.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { CallKind } from "./call_kind.ts";

const NOTHING: Uint8Array = new Uint8Array();
const ANSWER_BYTES = 4;

/** Starts the instance, and does nothing else. */
export const START_CALL: CallKind<undefined, undefined> = {
  op: Op.Start,
  takesStdin: false,
  encode: () => NOTHING,
  decode: () => undefined,
};

/** An export that takes bytes, and its allocator. */
export interface BytesInput {
  readonly exportName: string;
  readonly allocator: string;
  readonly bytes: Uint8Array;
}

/** Calls an export with bytes; the value is the returned i32. */
export const BYTES_CALL: CallKind<BytesInput, number> = {
  op: Op.Bytes,
  takesStdin: false,
  target: ({ exportName, allocator }) => ({ exportName, allocator }),
  encode: ({ bytes }) => bytes,
  decode(answer) {
    if (answer.length !== ANSWER_BYTES) {
      throw new ExecutionFailed("Worker answered without a number");
    }
    return new DataView(answer.buffer, answer.byteOffset).getInt32(0, true);
  },
};
