/** Decompresses bodies in pieces of bounded size. */

import type { Gunzip as ZlibGunzip } from "node:zlib";
import { broken, Refusal } from "../policy/refusal.ts";

/** Maximum size of a decompressed piece, whatever the compression ratio. */
const PIECE_BYTES = 65_536;
const NOTHING = new Uint8Array();

/** Decompresses a source on demand, including all gzip members. */
export class Gunzip {
  readonly #receive: () => Promise<Uint8Array>;
  #stream: ZlibGunzip | undefined;
  #unpacked: AsyncIterator<Uint8Array> | undefined;
  #failure: unknown;
  #isCancelled = false;

  /** @param receive Reads more compressed bytes; empty at the end. */
  constructor(receive: () => Promise<Uint8Array>) {
    this.#receive = receive;
  }

  /**
   * Reads more compressed bytes; empty at the end.
   *
   * @throws {Refusal} when it is not valid gzip.
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
    // Loaded only when a response is compressed.
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
        // Received bytes may be overwritten by the next read.
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
