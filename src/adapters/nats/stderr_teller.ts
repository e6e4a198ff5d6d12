/** Hands standard error of a call elsewhere to whoever wants to hear it. */

import type { OutputHandler } from "../../../mod.ts";

const LEAST_ROOM = 4_096;

/**
 * Hands on what comes in order. What comes while the handler is at it waits in
 * one place, however small the pieces are, and is handed on together.
 */
export class StderrTeller {
  readonly #handler: OutputHandler;
  readonly #onFail: () => void;
  #waiting = new Uint8Array(LEAST_ROOM);
  #length = 0;
  #telling: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param onFail Told when the handler throws: then the call is to end. */
  constructor(handler: OutputHandler, onFail: () => void) {
    this.#handler = handler;
    this.#onFail = onFail;
  }

  /** Takes a piece, which is copied; nothing is thrown here. */
  readonly take = (bytes: Uint8Array): void => {
    if (bytes.length === 0 || this.#failure) return;
    this.#makeRoom(bytes.length);
    this.#waiting.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#telling ??= this.#tell();
  };

  /** Resolves when all is told, or the handler threw. */
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
