/** The guest worker's side of every kind of call. */

import { Op } from "../channel/layout.ts";
import { MAX_SCHEMA_BYTES } from "../channel/schema_bytes.ts";
import { callBytes } from "./bytes_abi.ts";
import { callNumeric } from "./numeric_abi.ts";
import { runCommand, runProgram } from "./program_abi.ts";
import type { RunningCall } from "./running_call.ts";
import { callExecute, callSchema } from "./tool_abi.ts";

/** The guest's side of a kind of call; `src/tool/calls` has the host's. */
export interface GuestCallKind {
  /** Whether it may exit through `proc_exit`. */
  readonly isProgram: boolean;
  /** Whether its standard output is its answer. */
  readonly answersByStdout: boolean;
  /** Whether the worker may have to allocate guest memory for the payload. */
  readonly placesPayload: boolean;
  /** Runs it; the returned bytes may be a view of the guest's memory. */
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

/** The kind of call for an op. */
export function callKind(op: Op): GuestCallKind {
  return KINDS[op];
}
