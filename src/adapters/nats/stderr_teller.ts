/** Hands standard error of a call elsewhere to whoever wants to hear it. */

import type { OutputHandler } from "../../../mod.ts";

/** Hands pieces on in order, each when the last is done. */
export class StderrTeller {
  readonly #handler: OutputHandler;
  readonly #onFail: () => void;
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param onFail Told when the handler throws: then the call is to end. */
  constructor(handler: OutputHandler, onFail: () => void) {
    this.#handler = handler;
    this.#onFail = onFail;
  }

  /** Takes a piece; nothing is thrown here. */
  readonly take = (bytes: Uint8Array): void => {
    this.#last = this.#last.then(() => this.#tell(bytes));
  };

  /** Resolves when all is told, or the handler threw. */
  get told(): Promise<void> {
    return this.#last;
  }

  /** @throws what the handler threw, if it did. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #tell(bytes: Uint8Array): Promise<void> {
    if (this.#failure) return;
    try {
      await this.#handler(bytes);
    } catch (error) {
      this.#failure = { error };
      this.#onFail();
    }
  }
}
