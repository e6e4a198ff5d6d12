/** Delivers the standard error of a remote call to its handler. */

import type { OutputHandler } from "../../../mod.ts";

const LEAST_ROOM = 4_096;

/**
 * Delivers chunks in order. Chunks that arrive while the handler is busy are
 * buffered and delivered together.
 */
export class StderrTeller {
  readonly #handler: OutputHandler;
  readonly #onFail: () => void;
  #waiting = new Uint8Array(LEAST_ROOM);
  #length = 0;
  #telling: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param onFail Called when the handler throws, to end the call. */
  constructor(handler: OutputHandler, onFail: () => void) {
    this.#handler = handler;
    this.#onFail = onFail;
  }

  /** Takes a chunk, which is copied; never throws. */
  readonly take = (bytes: Uint8Array): void => {
    if (bytes.length === 0 || this.#failure) return;
    this.#makeRoom(bytes.length);
    this.#waiting.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#telling ??= this.#tell();
  };

  /** Resolves when everything was delivered, or the handler threw. */
  get told(): Promise<void> {
    return this.#telling ?? Promise.resolve();
  }

  /** @throws what the handler threw, if it did. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#waiting.length) return;
    const wider = new Uint8Array(Math.max(needed, 2 * this.#waiting.length));
    wider.set(this.#waiting.subarray(0, this.#length));
    this.#waiting = wider;
  }

  async #tell(): Promise<void> {
    try {
      while (this.#length > 0) {
        const bytes = this.#waiting.slice(0, this.#length);
        this.#length = 0;
        await this.#handler(bytes);
      }
    } catch (error) {
      this.#failure = { error };
      this.#onFail();
    } finally {
      this.#telling = undefined;
    }
  }
}
