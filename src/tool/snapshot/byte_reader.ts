/** A reader for untrusted bytes; every length is checked. */

/** A cursor over bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #refused: (why: string) => Error;
  #at = 0;

  /** @param refused Creates the error for truncated input. */
  constructor(bytes: Uint8Array, refused: (why: string) => Error) {
    this.#bytes = bytes;
    this.#refused = refused;
  }

  /** Whether everything was read. */
  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A view of the next bytes. */
  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      throw this.#refused(`it ends too early, at byte ${this.#bytes.length}`);
    }
    return this.#bytes.subarray(this.#at, this.#at += length);
  }

  /** A 32-bit number, little-endian. */
  u32(): number {
    const bytes = this.bytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }

  /** A copy of `count` 32-bit numbers. */
  i32s(count: number): Int32Array {
    return new Int32Array(this.bytes(count * 4).slice().buffer);
  }
}
