/** Calls of WASI programs: run to completion, or as a tool. */

import { Op } from "../../channel/layout.ts";
import { ExecutionFailed } from "../../errors.ts";
import { parseGuestJson } from "../guest_json.ts";
import type { JsonValue } from "../tool.ts";
import type { CallKind } from "./call_kind.ts";

const EXIT_CODE_BYTES = 4;

/** `_start`; its value is the exit code. */
export const PROGRAM_CALL: CallKind<Uint8Array, number> = {
  op: Op.Run,
  takesStdin: true,
  encode: (stdin) => stdin,
  decode(bytes) {
    if (bytes.length !== EXIT_CODE_BYTES) {
      throw new ExecutionFailed("Worker answered without an exit code");
    }
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  },
};

/**
 * The same for a program used as a tool: the value is the JSON that it printed.
 */
export const COMMAND_CALL: CallKind<Uint8Array, JsonValue> = {
  op: Op.Command,
  takesStdin: true,
  answersByStdout: true,
  encode: (json) => json,
  decode: (bytes) => parseGuestJson("Program", bytes),
};
