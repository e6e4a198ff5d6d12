/** What a variable is known to hold where a loop begins. */

import { CORE_OPERATORS, Shape } from "../../wasm/operators.ts";

const SHAPE = CORE_OPERATORS.shape;
const MULTI_MEMORY = 0x40;
/** More code before a loop is not looked at. */
export const MAX_BYTES = 256;
/** Constants of more bytes are not decoded. */
export const MAX_CONSTANT_BYTES = 4;

const Op = { localGet: 0x20, i32Const: 0x41 } as const;

/**
 * The constant that a variable of 32 bits holds at `to`.
 *
 * @param from Where straight code begins that leads there: whoever comes to `to`
 * has run all of it, one operator after another.
 * @returns undefined when that code does not set it to a constant, or has
 * anything in it that is not understood here.
 */
export function constantAt(
  bytes: Uint8Array,
  from: number,
  to: number,
  local: number,
): number | undefined {
  if (to - from > MAX_BYTES) return undefined;
  let pos = from;
  let value: number | undefined;
  /** The constant that was pushed last, if nothing came after it. */
  let pushed: number | undefined;
  const skipLeb = () => {
    while (bytes[pos++]! >= 0x80) { /* its last byte is below */ }
  };
  while (pos < to) {
    const opcode = bytes[pos++]!;
    const start = pos;
    const before = pushed;
    pushed = undefined;
    switch (SHAPE[opcode] as Shape) {
      case Shape.None:
        break;
      case Shape.Local:
        skipLeb();
        if (opcode === Op.localGet) break;
        if (pos - start > 1) return undefined;
        if (bytes[start] === local) value = before;
        break;
      case Shape.Leb:
        skipLeb();
        if (opcode !== Op.i32Const || pos - start > MAX_CONSTANT_BYTES) break;
        pushed = signedAt(bytes, start, pos);
        break;
      case Shape.Global:
        skipLeb();
        break;
      case Shape.MemArg:
        if (bytes[pos++]! >= MULTI_MEMORY) return undefined;
        skipLeb();
        break;
      case Shape.Bytes4:
        pos += 4;
        break;
      case Shape.Bytes8:
        pos += 8;
        break;
      default:
        return undefined;
    }
  }
  return pos === to ? value : undefined;
}

/** A signed number of at most four bytes. */
function signedAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = end - 1; at >= start; at--) {
    value = value << 7 | (bytes[at]! & 0x7f);
  }
  const unused = 32 - 7 * (end - start);
  return value << unused >> unused;
}
