/** Compressed bodies, unpacked in pieces that can't be large. */

import { broken, Refusal } from "../policy/refusal.ts";

/**
 * A piece of gzip becomes at most about 1030 times as much, and all of that at
 * once: so 2 KiB bound what a bomb can make at a time to 2 MiB.
 */
const PIECE_BYTES = 2048;

/** Unpacks what a source of bytes has, on demand. */
export class Gunzip {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #failure: unknown;

  /** @param read Reads on; empty at the end. */
  constructor(read: () => Promise<Uint8Array>) {
    this.#reader = ReadableStream.from(this.#pieces(read))
      .pipeThrough(new DecompressionStream("gzip"))
      .getReader();
  }

  /**
   * Reads on; empty at the end.
   *
   * @throws {Refusal} when it is no gzip.
   */
  async read(): Promise<Uint8Array> {
    try {
      const { value } = await this.#reader.read();
      return value ?? new Uint8Array();
    } catch {
      if (this.#failure instanceof Refusal) throw this.#failure;
      throw broken("Response is no intact gzip");
    }
  }

  /** Lets go of the source. */
  async cancel(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // It had failed already.
    }
  }

  async *#pieces(
    read: () => Promise<Uint8Array>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for (let bytes = await read(); bytes.length > 0; bytes = await read()) {
        for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
          yield bytes.slice(at, at + PIECE_BYTES);
        }
      }
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
