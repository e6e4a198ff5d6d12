/** The bytes of a file in memory, in blocks: what is cut off is let go. */

const BLOCK_BYTES = 65_536;

/**
 * Bytes that grow and shrink. A block is no longer than what was written to it
 * needs, or twice that, and what was never written has none: so all blocks
 * together take at most twice the size.
 */
export class MemoryContent {
  /** Each may be shorter than its part of the file; zeros follow. */
  readonly #blocks: (Uint8Array | undefined)[] = [];
  /** Bytes of the caller's, which are copied before they are changed. */
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

  /** Whether these are the caller's bytes that it was made with. */
  borrows(bytes: Uint8Array): boolean {
    return this.#given === bytes;
  }

  /** A copy of everything. */
  copy(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    this.read(bytes, 0);
    return bytes;
  }

  /** Reads at `position`; fewer bytes than fit at the end. */
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

  /** Writes at `position`; what lies between the end and there is zeros. */
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

  /** A block of ours that is at least `length` bytes long. */
  #writable(index: number, length: number): Uint8Array {
    const block = this.#blocks[index];
    if (block && block.length >= length && this.#isOurs(block)) return block;
    const held = block?.length ?? 0;
    // Appending a little at a time must not copy everything each time.
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

/** A stretch of bytes within one block, and how far into the whole it is. */
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
