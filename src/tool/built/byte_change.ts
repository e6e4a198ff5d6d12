/**
 * Rebuilds bytes from other bytes and a compact delta: steps of three LEB128
 * numbers, followed by the new bytes.
 *
 * ```text
 *   skip so many bytes of the old · take so many new ones · copy so many old
 * ```
 */

/** A delta. */
export interface ByteChange {
  /** Length of the result in bytes. */
  readonly length: number;
  readonly steps: Uint8Array;
  readonly added: Uint8Array;
}

/**
 * Applies the delta.
 *
 * @throws {RangeError} when the delta does not fit these bytes.
 */
export function changed(
  old: Uint8Array,
  { length, steps, added }: ByteChange,
): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(length);
  const numbers = readNumbers(steps);
  let at = 0;
  let oldAt = 0;
  let addedAt = 0;
  for (let step = 0; step < numbers.length; step += 3) {
    oldAt += numbers[step]!;
    const news = numbers[step + 1]!;
    made.set(added.subarray(addedAt, addedAt += news), at);
    at += news;
    const copied = numbers[step + 2]!;
    made.set(old.subarray(oldAt, oldAt += copied), at);
    at += copied;
  }
  const isWhole = at === length && addedAt === added.length &&
    oldAt <= old.length;
  if (!isWhole) throw new RangeError("The change is not one of these bytes");
  return made;
}

function readNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  for (const byte of bytes) {
    number |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = shift = 0;
  }
  return numbers;
}
