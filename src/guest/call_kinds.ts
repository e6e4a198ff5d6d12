/** Every kind of call, as the guest's worker runs it. */

import { Op } from "../channel/layout.ts";
import { MAX_SCHEMA_BYTES } from "../channel/schema_bytes.ts";
import { callBytes } from "./bytes_abi.ts";
import { callNumeric } from "./numeric_abi.ts";
import { runCommand, runProgram } from "./program_abi.ts";
import type { RunningCall } from "./running_call.ts";
import { callExecute, callSchema } from "./tool_abi.ts";

/** The guest's half of one kind of call; `src/tool/calls` has the host's. */
export interface GuestCallKind {
  /** Whether it may end itself, with `proc_exit`. */
  readonly isProgram: boolean;
  /** Whether what it prints is its answer. */
  readonly answersByStdout: boolean;
  /** Whether the worker finds a place for the payload in its memory. */
  readonly placesPayload: boolean;
  /** Runs it; the bytes may be a view of the guest's memory. */
  readonly run: (call: RunningCall) => Uint8Array;
}

const NOTHING: Uint8Array = new Uint8Array();

const PLAIN = {
  isProgram: false,
  answersByStdout: false,
  placesPayload: false,
};

const KINDS: Readonly<Record<Op, GuestCallKind>> = {
  [Op.Schema]: {
    ...PLAIN,
    run: ({ guest, maxResultBytes }) =>
      callSchema(guest, Math.min(maxResultBytes, MAX_SCHEMA_BYTES)),
  },
  [Op.Tool]: {
    ...PLAIN,
    placesPayload: true,
    run: ({ guest, payload, maxResultBytes, stopPage }) =>
      callExecute(guest, payload, maxResultBytes, stopPage),
  },
  [Op.Numeric]: {
    ...PLAIN,
    run: ({ guest, plan, payload }) => callNumeric(guest, plan, payload),
  },
  [Op.Run]: { ...PLAIN, isProgram: true, run: runProgram },
  [Op.Command]: {
    ...PLAIN,
    isProgram: true,
    answersByStdout: true,
    run: runCommand,
  },
  [Op.Start]: { ...PLAIN, run: () => NOTHING },
  [Op.Bytes]: { ...PLAIN, run: callBytes },
};

/** The kind of a number. */
export function callKind(op: Op): GuestCallKind {
  return KINDS[op];
}
