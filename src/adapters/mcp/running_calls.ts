/** Tracks running calls, to cancel them and to wait for the last one. */

/** The client, and its id of the request. */
export interface CallName {
  /** `undefined` if the connection serves only one client. */
  readonly session: string | undefined;
  readonly id: string | number;
}

/** The running calls of a server. */
export class RunningCalls {
  readonly #controllers = new Set<AbortController>();
  readonly #byName = new Map<string, AbortController>();
  #idle = Promise.withResolvers<void>();

  /** The number of running calls. */
  get size(): number {
    return this.#controllers.size;
  }

  /**
   * Runs a call.
   *
   * @param signal The signal that aborts it from outside.
   */
  async run<Value>(
    name: CallName,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const controller = new AbortController();
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    const key = keyOf(name);
    this.#controllers.add(controller);
    if (key !== undefined) this.#byName.set(key, controller);
    try {
      return await work(controller.signal);
    } finally {
      signal.removeEventListener("abort", abort);
      if (key !== undefined && this.#byName.get(key) === controller) {
        this.#byName.delete(key);
      }
      this.#controllers.delete(controller);
      if (this.size === 0) this.#idle.resolve();
    }
  }

  /** Cancels a call by name; ignored if it has ended. */
  cancel(name: CallName): void {
    const key = keyOf(name);
    if (key === undefined) return;
    this.#byName.get(key)?.abort(new DOMException("Cancelled", "AbortError"));
  }

  /**
   * Waits until no call runs, at most the grace period, then aborts the rest.
   */
  async stop(graceMs: number): Promise<void> {
    if (this.size === 0) return;
    this.#idle = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.#idle.resolve(), graceMs);
    await this.#idle.promise;
    clearTimeout(timer);
    for (const controller of this.#controllers) {
      controller.abort(new DOMException("The server stops", "AbortError"));
    }
  }
}

/** In JSON-RPC, a number and a string are different ids. */
function keyOf({ session, id }: CallName): string | undefined {
  return session === undefined ? undefined : JSON.stringify([session, id]);
}
