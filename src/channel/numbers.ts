/** Encodes WebAssembly numbers, 8 little-endian bytes each. */

import type { NumberKind } from "../contract/instance_plan.ts";

const NUMBER_BYTES = 8;

/** Encodes numbers, which were validated or come from WebAssembly. */
export function encodeNumbers(
  kinds: readonly NumberKind[],
  numbers: readonly (number | bigint)[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(kinds.length * NUMBER_BYTES));
  kinds.forEach((kind, index) => {
    const at = index * NUMBER_BYTES;
    const number = numbers[index]!;
    if (kind === "i64") view.setBigInt64(at, BigInt(number), true);
    else view.setFloat64(at, Number(number), true);
  });
  return new Uint8Array(view.buffer);
}

/** Decodes numbers; the length matches the kinds. */
export function decodeNumbers(
  kinds: readonly NumberKind[],
  bytes: Uint8Array,
): (number | bigint)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return kinds.map((kind, index) => {
    const at = index * NUMBER_BYTES;
    return kind === "i64"
      ? view.getBigInt64(at, true)
      : view.getFloat64(at, true);
  });
}
