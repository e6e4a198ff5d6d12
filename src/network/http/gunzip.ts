/** Compressed bodies, unpacked in pieces that can't be large. */

import type { Gunzip as ZlibGunzip } from "node:zlib";
import { broken, Refusal } from "../policy/refusal.ts";

/** What is unpacked at a time, whatever a few packed bytes become. */
const PIECE_BYTES = 65_536;
const NOTHING = new Uint8Array();

/** Unpacks what a source of bytes has, all members of it, on demand. */
export class Gunzip {
  readonly #receive: () => Promise<Uint8Array>;
  #stream: ZlibGunzip | undefined;
  #unpacked: AsyncIterator<Uint8Array> | undefined;
  #failure: unknown;
  #isCancelled = false;

  /** @param receive Reads on; empty at the end. */
  constructor(receive: () => Promise<Uint8Array>) {
    this.#receive = receive;
  }

  /**
   * Reads on; empty at the end.
   *
   * @throws {Refusal} when it is not gzip.
   */
  async read(): Promise<Uint8Array> {
    try {
      this.#unpacked ??= await this.#start();
      const { value, done } = await this.#unpacked.next();
      return done ? NOTHING : value;
    } catch {
      if (this.#failure instanceof Refusal) throw this.#failure;
      throw broken("Response is not valid gzip");
    }
  }

  /** Lets go of the source. */
  cancel(): void {
    this.#isCancelled = true;
    this.#stream?.destroy();
  }

  async #start(): Promise<AsyncIterator<Uint8Array>> {
    // Loaded only where something is packed.
    const { createGunzip } = await import("node:zlib");
    const { pipeline, Readable } = await import("node:stream");
    this.#stream = createGunzip({ chunkSize: PIECE_BYTES });
    const source = Readable.from(this.#pieces(), { highWaterMark: 1 });
    pipeline(source, this.#stream, () => {});
    if (this.#isCancelled) this.#stream.destroy();
    return this.#stream[Symbol.asyncIterator]();
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        // What is received may be written over when more is.
        const bytes = (await this.#receive()).slice();
        if (bytes.length === 0) return;
        yield bytes;
      }
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
