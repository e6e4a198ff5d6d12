/**
 * The call channel: shared memory between the host and one guest worker.
 *
 * ```text
 *  header, 32-bit words                     64-bit slots, from byte 64
 *  ┌─────────┬──────┬──────┬────┬────────┐  ┌──────────┬────────┬──────┐
 *  │ version │ turn │ spin │ op │ module │  │ duration │ memory │ fuel │ …
 *  └─────────┴──────┴──────┴────┴────────┘  └──────────┴────────┴──────┘
 *  ┌──────┬─────────┐ ┌────────┬─────┬───────┬────────┬────────┬───────┐
 *  │ meta │ payload │ │ status │ cut │ value │ stdout │ stderr │ files │
 *  └──────┴─────────┘ └────────┴─────┴───────┴────────┴────────┴───────┘
 *    of the request     of the answer  (lengths in bytes)
 *  ┌──────┬──────────┬──────┐
 *  │ call │ answered │ bell │  numbers of the call, and of the wake-ups
 *  └──────┴──────────┴──────┘
 *
 *  request buffer, written by the host:   meta, payload
 *  answer buffer, written by the guest:   value or error, stdout, stderr,
 *                                         files, denied
 * ```
 *
 * One word, `turn`, says whose turn it is. The host writes a request while the
 * turn is `Host` and passes it on; the guest takes it, writes an answer and
 * passes the turn back. A request that was not taken can be revoked: exactly
 * one of the two happens. Calls are numbered, and an answer has the number of
 * its call. The bell rings whenever the host must wake up; questions during a
 * call are in `questions.ts`. Both buffers can grow, up to a bound that is
 * fixed when they are created.
 */

/** The layout's version; the guest compares it before anything else. */
export const CHANNEL_VERSION = 2;

/** Whose turn it is: the values of the turn word. */
export const Turn = {
  /** The host's: there is no request, or the answer is ready. */
  Host: 0,
  /** The guest's: there is a request. */
  Call: 1,
  /** The guest's: it should read its messages and return. */
  Mail: 2,
  /** The guest's: it should end. */
  Close: 3,
  /** The guest's: it has taken the request. */
  Taken: 4,
} as const;

/** One value of the turn word. */
export type Turn = typeof Turn[keyof typeof Turn];

/** The operations: the values of the op word. */
export const Op = {
  /** `__tool_schema()`; returns JSON bytes. */
  Schema: 1,
  /** `__tool_execute(payload)`; returns JSON bytes. */
  Tool: 2,
  /** The export in `meta` with numbers; returns little-endian numbers. */
  Numeric: 3,
  /** `_start()` with the arguments in `meta`; returns the exit code. */
  Run: 4,
  /** The same; returns standard output, and fails if the exit code is not 0. */
  Command: 5,
  /** Starts the instance and does nothing else. */
  Start: 6,
  /**
   * The export in `meta` with a pointer and a length of bytes; returns an i32.
   */
  Bytes: 7,
} as const;

/** One value of the op word. */
export type Op = typeof Op[keyof typeof Op];

/** Whether a call succeeded or failed: the values of the status word. */
export const Status = { Value: 1, Error: 2 } as const;

/** One value of the status word. */
export type Status = typeof Status[keyof typeof Status];

/** Indices of the header's 32-bit words. */
export const Word = {
  version: 0,
  turn: 1,
  spin: 2,
  op: 3,
  module: 4,
  metaBytes: 5,
  payloadBytes: 6,
  status: 7,
  cut: 8,
  valueBytes: 9,
  stdoutBytes: 10,
  stderrBytes: 11,
  filesBytes: 12,
  call: 13,
  answeredCall: 14,
  bell: 15,
  /** After the slots, which share the header. */
  deniedBytes: 24,
  /** Whether the worker has more to do before its next call. */
  settling: 25,
} as const;

/** Indices of the header's 64-bit slots. */
export const Slot = {
  durationMs: 8,
  memoryBytes: 9,
  fuelConsumed: 10,
  peakMemoryBytes: 11,
  restoreMs: 13,
} as const;

/** Bytes of the header. */
export const HEADER_BYTES = 128;

/** A call, as requested by the host. */
export interface CallRequest {
  readonly op: Op;
  /** The id with which the module was posted to the worker. */
  readonly module: number;
  /** What the op needs besides the payload; empty if nothing. */
  readonly meta: string;
  readonly payload: Uint8Array;
}

/** What a call used. */
export interface CallUsage {
  /** Milliseconds in the worker, instantiation included. */
  readonly durationMs: number;
  /** Bytes of the guest's memories at the end. */
  readonly memoryBytes: number;
  /** Peak bytes of memories, tables and in-memory files. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed; 0 when it was not counted. */
  readonly fuelConsumed: bigint;
  /** Milliseconds taken to restore a snapshot before the guest ran. */
  readonly restoreMs: number;
}

/** A call's answer from the guest. */
export interface CallAnswer {
  readonly status: Status;
  /** The value's bytes, or those of an error record. */
  readonly value: Uint8Array;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether more was written to stdout or stderr than was kept. */
  readonly isCut: boolean;
  /** Changes in in-memory directories, as a file bundle; empty if none. */
  readonly files: Uint8Array;
  /** Refused requests as JSON; empty if none. */
  readonly denied: Uint8Array;
  readonly usage: CallUsage;
}

/** Grows `buffer` to `bytes` if needed; false if its bound is lower. */
export function reserve(buffer: SharedArrayBuffer, bytes: number): boolean {
  if (bytes <= buffer.byteLength) return true;
  if (bytes > buffer.maxByteLength) return false;
  // Doubling keeps the number of growths small; both sides see the new length.
  buffer.grow(
    Math.min(buffer.maxByteLength, Math.max(bytes, buffer.byteLength * 2)),
  );
  return true;
}
