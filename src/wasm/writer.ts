/** Writes the bytes of a module. */

const utf8 = new TextEncoder();
const SHORT_COPY = 48;

/** A growing buffer for a module's bytes; the twin of the reader. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  /** The start of the written bytes; headroom precedes it. */
  #start: number;
  #end: number;

  /** @param headroom Space for {@linkcode prepend}. */
  constructor(capacity = 256, headroom = 0) {
    this.#bytes = new Uint8Array(headroom + capacity);
    this.#start = headroom;
    this.#end = headroom;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Ensures capacity for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.#end + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
  }

  /** Writes before everything written so far, without moving it. */
  prepend(other: Writer): this {
    const missing = other.length - this.#start;
    if (missing > 0) this.#moveBy(missing);
    this.#start -= other.length;
    this.#bytes.set(other.view(), this.#start);
    return this;
  }

  #moveBy(count: number): void {
    this.reserve(count);
    this.#bytes.copyWithin(this.#start + count, this.#start, this.#end);
    this.#start += count;
    this.#end += count;
  }

  byte(value: number): this {
    this.reserve(1);
    this.#bytes[this.#end++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.reserve(values.length);
    this.#bytes.set(values, this.#end);
    this.#end += values.length;
    return this;
  }

  /** Copies a range of another array; short ranges without creating a view. */
  copy(source: Uint8Array, start: number, end: number): this {
    this.reserve(end - start);
    const target = this.#bytes;
    if (end - start > SHORT_COPY) {
      target.set(source.subarray(start, end), this.#end);
      this.#end += end - start;
      return this;
    }
    let to = this.#end;
    for (let from = start; from < end; from++) target[to++] = source[from]!;
    this.#end = to;
    return this;
  }

  /** An unsigned LEB128 number below 2^53. */
  u32(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  /** A signed LEB128 number within ±2^52. */
  signed(value: number): this {
    let rest = value;
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((((rest % 0x80) + 0x80) % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(((rest % 0x80) + 0x80) % 0x80);
  }

  name(text: string): this {
    const encoded = utf8.encode(text);
    return this.u32(encoded.length).bytes(encoded);
  }

  /** Reserves a padded LEB128 number for a size that is not yet known. */
  sizeSlot(): number {
    this.bytes([0x80, 0x80, 0x80, 0x80, 0x00]);
    return this.#end - 5;
  }

  /** Fills a slot with the number of bytes written since, and returns it. */
  fillSize(slot: number): number {
    const written = this.#end - slot - 5;
    let size = written;
    for (let i = 0; i < 4; i++) {
      this.#bytes[slot + i] = (size & 0x7f) | 0x80;
      size >>>= 7;
    }
    this.#bytes[slot + 4] = size;
    return written;
  }

  /** Discards everything from a slot on. */
  truncate(slot: number): void {
    this.#end = slot;
  }

  /** Writes a section: its id, size and contents. */
  section(id: number, contents: Writer): this {
    return this.byte(id).u32(contents.length).append(contents);
  }

  append(other: Writer): this {
    return this.bytes(other.view());
  }

  /** The written bytes, as a view that the next write may invalidate. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The written bytes, as a copy. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#start, this.#end);
  }
}
