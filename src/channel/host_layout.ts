/**
 * How guests call host functions: questions of the kind `host`.
 *
 * ```text
 *   0      1             3      3 + n
 *   ┌──────┬─────────────┬──────┬───────────┐
 *   │ op   │ n, 16 bits  │ name │ arguments │      little-endian
 *   └──────┴─────────────┴──────┴───────────┘
 * ```
 *
 * A negative value in a reply is a negated error number, and its payload a text
 * for the guest; otherwise the payload is the answer.
 */

/** The operation: the first byte. */
export const HostOp = {
  /** Calls a function by name: JSON in, JSON out. */
  Call: 0,
  /** Lists the functions, as JSON. */
  List: 1,
  /** Calls a function by name: numbers in, numbers out, 8 bytes each. */
  Numbers: 2,
} as const;

/** One value of the op. */
export type HostOp = typeof HostOp[keyof typeof HostOp];

/** Error numbers of host functions, as seen by guests. */
export const HostError = {
  /** The name or the arguments are malformed. */
  Invalid: 1,
  /** There is no such function. */
  Unknown: 2,
  /** A limit of the call is reached. */
  Limit: 3,
  /** The function failed, or its answer was not JSON. */
  Failed: 4,
  /** A pointer is out of bounds. */
  Fault: 5,
} as const;

/** One value of the error. */
export type HostError = typeof HostError[keyof typeof HostError];

/** The longest name of a function, in bytes of UTF-8. */
export const MAX_HOST_NAME_BYTES = 256;
/** Maximum size of the arguments of one function call, in bytes. */
export const MAX_HOST_ARGUMENT_BYTES = 1_048_576;
/** Maximum size of one answer, in bytes. */
export const MAX_HOST_ANSWER_BYTES: number = 2 ** 28;
const HEAD_BYTES = 3;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A decoded question. */
export interface HostQuestion {
  readonly op: HostOp;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** Encodes a question; lengths have already been checked. */
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

/** Decodes a question; undefined if it is invalid, or its name is not UTF-8. */
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
