/** Copies a function body with insertions and replacements. */

import type { Writer } from "../../wasm/writer.ts";

const CALL = 0x10;

/** Copies one function body to the output, with insertions and replacements. */
export class BodyEditor {
  readonly #source: Uint8Array;
  readonly #out: Writer;
  /** Everything before this offset of the source has been dealt with. */
  #copied = 0;
  #slot = 0;

  constructor(source: Uint8Array, out: Writer) {
    this.#source = source;
    this.#out = out;
  }

  /** Starts the entry of a body that lies at `start`. */
  begin(start: number): void {
    this.#copied = start;
    this.#slot = this.#out.sizeSlot();
  }

  /** Forgets the entry that was begun. */
  undo(): void {
    this.#out.truncate(this.#slot);
  }

  /** Ends the entry; answers how long it has become. */
  end(end: number): number {
    this.copyTo(end);
    return this.#out.fillSize(this.#slot);
  }

  /** Copies the source up to an offset, and answers where to insert. */
  copyTo(offset: number): Writer {
    this.#out.copy(this.#source, this.#copied, offset);
    this.#copied = offset;
    return this.#out;
  }

  /** Leaves the source out up to an offset. */
  skipTo(offset: number): void {
    this.#copied = offset;
  }

  insert(offset: number, code: Uint8Array): void {
    this.copyTo(offset).bytes(code);
  }

  /** A call of an injected function, where operators were left out. */
  writeCall(target: number): void {
    this.#out.byte(CALL).u32(target);
  }
}
