/** Decodes one layer of escapes in a stream, tracking source positions. */

import {
  ESCAPE_OPEN,
  MAX_ESCAPE_BYTES,
  NO_ESCAPE,
  opensEscape,
  readEscape,
} from "./escapes.ts";

/** Receives a byte and its range in the source. */
export type PlacedByteSink = (byte: number, start: number, end: number) => void;

/** Decodes escapes, holding back no more than one incomplete escape. */
export class Unescaper {
  readonly #sink: PlacedByteSink;
  readonly #bytes = new Uint8Array(MAX_ESCAPE_BYTES + 1);
  readonly #starts = new Float64Array(MAX_ESCAPE_BYTES + 1);
  readonly #ends = new Float64Array(MAX_ESCAPE_BYTES + 1);
  #length = 0;

  constructor(sink: PlacedByteSink) {
    this.#sink = sink;
  }

  /** Whether anything is held back. */
  get holds(): boolean {
    return this.#length > 0;
  }

  /** The start of what is held back; infinite if there is nothing. */
  get heldFrom(): number {
    return this.#length === 0 ? Infinity : this.#starts[0]!;
  }

  /** Takes the next byte. */
  push(byte: number, start: number, end: number): void {
    if (this.#length === 0 && !opensEscape(byte)) {
      this.#sink(byte, start, end);
      return;
    }
    this.#bytes[this.#length] = byte;
    this.#starts[this.#length] = start;
    this.#ends[this.#length] = end;
    const found = readEscape(this.#bytes, ++this.#length);
    if (found >= 0) {
      this.#length = 0;
      this.#sink(found, this.#starts[0]!, end);
    } else if (found === NO_ESCAPE) this.#passOn();
  }

  /** Ends the input, and emits what is held back. */
  end(): void {
    while (this.#length > 0) this.#passOn();
  }

  /**
   * Emits the first byte, which is not part of an escape; the others may start
   * one.
   */
  #passOn(): void {
    this.#sink(this.#bytes[0]!, this.#starts[0]!, this.#ends[0]!);
    this.#drop(1);
  }

  /** Re-reads bytes that were first taken for part of an escape. */
  #reread(length: number): void {
    for (this.#length = 0; this.#length < length;) {
      const found = readEscape(this.#bytes, ++this.#length);
      if (found === ESCAPE_OPEN) continue;
      const end = this.#length;
      this.#length = length;
      if (found === NO_ESCAPE) return this.#passOn();
      this.#sink(found, this.#starts[0]!, this.#ends[end - 1]!);
      return this.#drop(end);
    }
  }

  /** Drops the first bytes, and continues up to where an escape may start. */
  #drop(count: number): void {
    const length = this.#length;
    let at = count;
    while (at < length && !opensEscape(this.#bytes[at]!)) {
      this.#sink(this.#bytes[at]!, this.#starts[at]!, this.#ends[at]!);
      at++;
    }
    for (let to = 0; to < length - at; to++) {
      this.#bytes[to] = this.#bytes[at + to]!;
      this.#starts[to] = this.#starts[at + to]!;
      this.#ends[to] = this.#ends[at + to]!;
    }
    this.#reread(length - at);
  }
}

/** Decodes one layer of escapes in a text. */
export function unescape(bytes: Uint8Array): Uint8Array {
  const found: number[] = [];
  const unescaper = new Unescaper((byte) => found.push(byte));
  bytes.forEach((byte, at) => unescaper.push(byte, at, at + 1));
  unescaper.end();
  return Uint8Array.from(found);
}
