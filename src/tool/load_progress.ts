/** How far the loading of a module is, for whoever waits for a large one. */

/** How far a load is. */
export interface LoadProgress {
  /**
   * What is done at the moment, in this order; a phase that takes no time is
   * left out.
   */
  readonly phase: "reading" | "preparing" | "compiling";
  /** Bytes that this phase is through with. V8 does not say while it compiles. */
  readonly doneBytes: number;
  /** Bytes that this phase has, as far as it is known. */
  readonly totalBytes: number | undefined;
}

/** Tells a handler, and keeps what it throws for the end of the load. */
export class ProgressTeller {
  readonly #handler: (progress: LoadProgress) => void;
  #failure: { readonly error: unknown } | undefined;

  constructor(handler: (progress: LoadProgress) => void) {
    this.#handler = handler;
  }

  /** Tells it; one that has thrown is told nothing more. */
  readonly tell: (progress: LoadProgress) => void = (progress) => {
    if (this.#failure) return;
    try {
      this.#handler(progress);
    } catch (error) {
      this.#failure = { error };
    }
  };

  /** @throws what the handler threw. */
  end(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
