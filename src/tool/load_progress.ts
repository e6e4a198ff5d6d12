/** Progress of loading a module, for callers that wait for a large one. */

/** Progress of a load. */
export interface LoadProgress {
  /**
   * The current phase; phases come in this order, and one that takes no time is
   * left out.
   */
  readonly phase: "reading" | "preparing" | "compiling";
  /** Bytes done in this phase. V8 reports none while it compiles. */
  readonly doneBytes: number;
  /** Total bytes of this phase, if known. */
  readonly totalBytes: number | undefined;
}

/**
 * Reports progress to a handler, and keeps what it throws until the end of the
 * load.
 */
export class ProgressTeller {
  readonly #handler: (progress: LoadProgress) => void;
  #failure: { readonly error: unknown } | undefined;

  constructor(handler: (progress: LoadProgress) => void) {
    this.#handler = handler;
  }

  /** Reports progress; a handler that has thrown is not called again. */
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
