/** Reads the bytes of a module, with every read checked. */

import { malformed, overLimit } from "./malformed.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** V8's limit on the length of a name in bytes. */
const LONGEST_NAME = 100_000;

/**
 * The cursor over a module's bytes. The bytes are untrusted: every read is
 * bounds-checked, and every error has the byte offset.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  pos: number;

  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  u8(what: string): number {
    if (this.pos >= this.end) throw malformed(`${what} is cut off`, this.pos);
    return this.bytes[this.pos++]!;
  }

  peek(what: string): number {
    if (this.pos >= this.end) throw malformed(`${what} is cut off`, this.pos);
    return this.bytes[this.pos]!;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(what: string): number {
    const start = this.pos;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8(what);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.u8(what);
    if (last <= 0x0f) return value + last * 2 ** 28;
    throw malformed(`${what} does not fit 32 bits`, start);
  }

  /** An unsigned LEB128 number of at most 64 bits; exact below 2^53. */
  u64(what: string): number {
    const start = this.pos;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8(what);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 2 ** 64) break;
        return value;
      }
    }
    throw malformed(`${what} does not fit 64 bits`, start);
  }

  /** A signed LEB128 number of at most 33 bits. */
  s33(what: string): number {
    const start = this.pos;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8(what);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return byte & 0x40 ? value - 2 ** (shift + 7) : value;
      }
    }
    throw malformed(`${what} does not fit 33 bits`, start);
  }

  /** Skips a LEB128 number of at most `bits` bits. */
  skipLeb(bits: 32 | 64, what: string): void {
    const start = this.pos;
    const longest = Math.ceil(bits / 7);
    for (let i = 0; i < longest; i++) if (this.u8(what) < 0x80) return;
    throw malformed(`${what} does not fit ${bits} bits`, start);
  }

  skip(length: number, what: string): void {
    if (length > this.end - this.pos) {
      throw malformed(`${what} is cut off`, this.pos);
    }
    this.pos += length;
  }

  /** A count, checked before anything is allocated for it. */
  count(what: string, limit: number): number {
    const start = this.pos;
    const count = this.u32(`count of ${what}`);
    if (count > limit) {
      throw overLimit(`${count} ${what}, limit is ${limit}`, start);
    }
    // Each entry takes at least one byte.
    if (count > this.end - this.pos) {
      throw malformed(`${count} ${what} do not fit their section`, start);
    }
    return count;
  }

  name(what: string): string {
    const length = this.u32(`length of ${what}`);
    const start = this.pos;
    if (length > LONGEST_NAME) {
      throw overLimit(
        `${what} has ${length} bytes, limit is ${LONGEST_NAME}`,
        start,
      );
    }
    this.skip(length, what);
    try {
      return utf8.decode(this.bytes.subarray(start, this.pos));
    } catch {
      throw malformed(`${what} is not UTF-8`, start);
    }
  }

  /** A cursor over the next `length` bytes, which this one skips. */
  slice(length: number, what: string): Reader {
    const start = this.pos;
    this.skip(length, what);
    return new Reader(this.bytes, start, this.pos);
  }
}
