/** Collects bytes from pieces without blocking the event loop. */

import { TimeSlice } from "./time_slice.ts";

/** Bytes copied before yielding: new memory costs some 0.8 ms per MiB. */
const PIECE_BYTES = 512 * 1024;

/**
 * Concatenates pieces.
 *
 * @param expected The expected number of bytes, if known.
 * @param check Called with the number of bytes so far; may throw.
 */
export async function collectBytes(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: number = 0,
  check: (length: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const slice = new TimeSlice();
  const target = new Target(expected, slice);
  for await (const piece of pieces) {
    check(target.length + piece.length);
    await target.add(piece);
  }
  return await target.finish();
}

/** Copies bytes without blocking the event loop. */
export async function copyBytes(
  source: Uint8Array,
  slice: TimeSlice = new TimeSlice(),
): Promise<Uint8Array<ArrayBuffer>> {
  const target = new Target(source.length, slice);
  await target.add(source);
  return await target.finish();
}

/** The buffer into which pieces are copied. */
class Target {
  #room: Uint8Array<ArrayBuffer>;
  readonly #slice: TimeSlice;
  /** The buffers filled so far. */
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #at = 0;
  length = 0;

  constructor(expected: number, slice: TimeSlice) {
    this.#room = new Uint8Array(expected);
    this.#slice = slice;
  }

  async add(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length;) {
      if (this.#slice.isOver) await this.#slice.rest();
      if (this.#at === this.#room.length) this.#makeRoom();
      const fits = Math.min(PIECE_BYTES, this.#room.length - this.#at);
      const part = piece.subarray(from, from + fits);
      this.#room.set(part, this.#at);
      this.#at += part.length;
      this.length += part.length;
      from += part.length;
    }
  }

  /** The collected bytes, in a buffer of exact size. */
  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#full.length === 0 && this.#at === this.#room.length) {
      return this.#room;
    }
    const whole = new Target(this.length, this.#slice);
    for (const part of this.#full) await whole.add(part);
    await whole.add(this.#room.subarray(0, this.#at));
    return whole.#room;
  }

  #makeRoom(): void {
    if (this.#at > 0) this.#full.push(this.#room);
    this.#room = new Uint8Array(PIECE_BYTES);
    this.#at = 0;
  }
}
