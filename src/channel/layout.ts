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
 * One word, `turn`, says whose move it is. The host writes a request while the
 * turn is `Host` and passes it on; the guest takes it, writes an answer and
 * passes the turn back. A request that was not taken can be revoked: exactly
 * one of the two happens. Calls are numbered, and an answer has the number of
 * its call. The bell rings whenever the host has a reason to look up; what the
 * guest asks in between is in `questions.ts`. Both buffers grow, up to a bound
 * that is fixed when they are made.
 */

/** The layout's version; the guest compares it before anything else. */
export const CHANNEL_VERSION = 2;

/** Whose move it is: the values of the turn word. */
export const Turn = {
  /** The host's: nothing is asked, or the answer is there. */
  Host: 0,
  /** The guest's: a request is there. */
  Call: 1,
  /** The guest's: it is to read its messages and come back. */
  Mail: 2,
  /** The guest's: it is to end. */
  Close: 3,
  /** The guest's: it has taken the request. */
  Taken: 4,
} as const;

/** One value of the turn word. */
export type Turn = typeof Turn[keyof typeof Turn];

/** What is asked of the guest: the values of the op word. */
export const Op = {
  /** `__tool_schema()`; answers JSON bytes. */
  Schema: 1,
  /** `__tool_execute(payload)`; answers JSON bytes. */
  Tool: 2,
  /** The export `meta` with numbers; answers numbers, little-endian. */
  Numeric: 3,
  /** `_start()` with the arguments in `meta`; answers the exit code. */
  Run: 4,
  /** The same; answers standard output, and fails for an exit code but 0. */
  Command: 5,
  /** Starts the instance and does nothing else. */
  Start: 6,
  /** The export `meta` with a pointer and a length of bytes; answers i32. */
  Bytes: 7,
} as const;

/** One value of the op word. */
export type Op = typeof Op[keyof typeof Op];

/** Whether a call was answered or failed: the values of the status word. */
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
  /** Behind the slots, which share the header. */
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

/** A call as the host asks for it. */
export interface CallRequest {
  readonly op: Op;
  /** The module's number, under which it was posted to the worker. */
  readonly module: number;
  /** What the op needs beside the payload; empty if nothing. */
  readonly meta: string;
  readonly payload: Uint8Array;
}

/** What a call used. */
export interface CallUsage {
  /** Milliseconds in the worker, instantiation included. */
  readonly durationMs: number;
  /** Bytes of the guest's memories at the end. */
  readonly memoryBytes: number;
  /** Bytes of memories, tables and files in memory when they were most. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed; 0 when it was not counted. */
  readonly fuelConsumed: bigint;
  /** Milliseconds for the state of a snapshot, before the guest ran. */
  readonly restoreMs: number;
}

/** A call's answer as the guest gives it. */
export interface CallAnswer {
  readonly status: Status;
  /** The value's bytes, or those of an error record. */
  readonly value: Uint8Array;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether more was written to stdout or stderr than was kept. */
  readonly isCut: boolean;
  /** What changed in memory directories, as a file bundle; empty if none. */
  readonly files: Uint8Array;
  /** What the network refused, as JSON; empty if nothing. */
  readonly denied: Uint8Array;
  readonly usage: CallUsage;
}

/** Gives `buffer` room for `bytes`; false when its bound is lower. */
export function reserve(buffer: SharedArrayBuffer, bytes: number): boolean {
  if (bytes <= buffer.byteLength) return true;
  if (bytes > buffer.maxByteLength) return false;
  // Doubling keeps the number of growths small; both sides see the new length.
  buffer.grow(
    Math.min(buffer.maxByteLength, Math.max(bytes, buffer.byteLength * 2)),
  );
  return true;
}
