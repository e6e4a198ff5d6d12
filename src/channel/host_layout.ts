/**
 * How guests ask for host functions: questions of the kind `host`.
 *
 * ```text
 *   0      1             3      3 + n
 *   ┌──────┬─────────────┬──────┬───────────┐
 *   │ op   │ n, 16 bits  │ name │ arguments │      little-endian
 *   └──────┴─────────────┴──────┴───────────┘
 * ```
 *
 * A reply whose value is below 0 has the negative of an error number, and a
 * text that the guest may read; else its payload is the answer.
 */

/** What is asked: the first byte. */
export const HostOp = {
  /** A function by name: JSON in, JSON out. */
  Call: 0,
  /** What functions there are: a JSON list. */
  List: 1,
  /** A function by name: numbers in, numbers out, 8 bytes each. */
  Numbers: 2,
} as const;

/** One value of the op. */
export type HostOp = typeof HostOp[keyof typeof HostOp];

/** Why a host function did not answer, as guests are told. */
export const HostError = {
  /** The name or the arguments are malformed. */
  Invalid: 1,
  /** There is no such function. */
  Unknown: 2,
  /** A limit of the call is reached. */
  Limit: 3,
  /** The function failed, or answered what is no JSON. */
  Failed: 4,
  /** A pointer leads out of the guest's memory. */
  Fault: 5,
} as const;

/** One value of the error. */
export type HostError = typeof HostError[keyof typeof HostError];

/** The longest name of a function, in bytes of UTF-8. */
export const MAX_HOST_NAME_BYTES = 256;
/** The most bytes of arguments that one call of a function may have. */
export const MAX_HOST_ARGUMENT_BYTES = 1_048_576;
/** The most bytes of one answer that can cross. */
export const MAX_HOST_ANSWER_BYTES: number = 2 ** 28;
const HEAD_BYTES = 3;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A question taken apart. */
export interface HostQuestion {
  readonly op: HostOp;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** Writes a question; the lengths were checked. */
export function encodeHostQuestion(
  op: HostOp,
  name: Uint8Array,
  payload: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + name.length + payload.length);
  bytes[0] = op;
  bytes[1] = name.length & 0xff;
  bytes[2] = name.length >> 8;
  bytes.set(name, HEAD_BYTES);
  bytes.set(payload, HEAD_BYTES + name.length);
  return bytes;
}

/** Reads a question; undefined when it is none, or its name is not UTF-8. */
export function decodeHostQuestion(
  bytes: Uint8Array,
): HostQuestion | undefined {
  const [op = 0, low = 0, high = 0] = bytes;
  const end = HEAD_BYTES + low + (high << 8);
  if (end > bytes.length || op > HostOp.Numbers) return undefined;
  try {
    return {
      op: op as HostOp,
      name: UTF8.decode(bytes.subarray(HEAD_BYTES, end)),
      payload: bytes.subarray(end),
    };
  } catch {
    return undefined;
  }
}
