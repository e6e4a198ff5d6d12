/** The content of an in-memory file, in blocks that are freed by truncation. */

const BLOCK_BYTES = 65_536;

/**
 * Resizable bytes. A block is at most twice as long as the data written to it,
 * and unwritten ranges have none, so all blocks together take at most twice the
 * size.
 */
export class MemoryContent {
  /** Each may be shorter than its range of the file; the rest is zeros. */
  readonly #blocks: (Uint8Array | undefined)[] = [];
  /** The caller's bytes, copied on write. */
  readonly #given: Uint8Array | undefined;
  #size = 0;

  constructor(given?: Uint8Array) {
    this.#given = given;
    this.#size = given?.length ?? 0;
    for (let at = 0; at < this.#size; at += BLOCK_BYTES) {
      this.#blocks.push(given?.subarray(at, at + BLOCK_BYTES));
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Whether it still shares these bytes of the caller. */
  borrows(bytes: Uint8Array): boolean {
    return this.#given === bytes;
  }

  /** A copy of all bytes. */
  copy(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    this.read(bytes, 0);
    return bytes;
  }

  /** Reads at `position`; returns fewer bytes at the end. */
  read(into: Uint8Array, position: number): number {
    const end = Math.min(this.#size, position + into.length);
    for (const { index, start, stop, at } of parts(position, end)) {
      const part = into.subarray(at, at + stop - start);
      const held = this.#blocks[index]?.subarray(start, stop);
      if (held) part.set(held);
      part.fill(0, held?.length ?? 0);
    }
    return Math.max(0, end - position);
  }

  /** Writes at `position`; a gap after the end is filled with zeros. */
  write(from: Uint8Array, position: number): void {
    const end = position + from.length;
    for (const { index, start, stop, at } of parts(position, end)) {
      const block = this.#writable(index, stop);
      block.set(from.subarray(at, at + stop - start), start);
    }
    this.#size = Math.max(this.#size, end);
  }

  setSize(size: number): void {
    if (size < this.#size) this.#cut(size);
    this.#size = size;
  }

  #cut(size: number): void {
    const index = Math.floor(size / BLOCK_BYTES);
    const rest = size % BLOCK_BYTES;
    const last = this.#blocks[index];
    this.#blocks.length = Math.min(this.#blocks.length, index);
    if (rest === 0 || last === undefined) return;
    this.#blocks[index] = this.#isOurs(last)
      ? last.slice(0, rest)
      : last.subarray(0, rest);
  }

  /** An owned block of at least `length` bytes. */
  #writable(index: number, length: number): Uint8Array {
    const block = this.#blocks[index];
    if (block && block.length >= length && this.#isOurs(block)) return block;
    const held = block?.length ?? 0;
    // Small appends must not copy everything each time.
    const room = length <= held
      ? held
      : Math.min(BLOCK_BYTES, Math.max(length, held * 2));
    const grown = new Uint8Array(room);
    if (block) grown.set(block);
    while (this.#blocks.length < index) this.#blocks.push(undefined);
    return this.#blocks[index] = grown;
  }

  #isOurs(block: Uint8Array): boolean {
    return block.buffer !== this.#given?.buffer;
  }
}

/** A range of bytes within one block, and its offset in the whole. */
interface Part {
  readonly index: number;
  readonly start: number;
  readonly stop: number;
  readonly at: number;
}

function* parts(position: number, end: number): Generator<Part> {
  for (let from = position; from < end;) {
    const index = Math.floor(from / BLOCK_BYTES);
    const to = Math.min(end, (index + 1) * BLOCK_BYTES);
    const start = from % BLOCK_BYTES;
    yield { index, start, stop: start + to - from, at: from - position };
    from = to;
  }
}
