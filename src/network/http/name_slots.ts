/**
 * How many connections by name may be in the making. Connecting by name looks
 * it up on one of the process's 32 threads for such things, which can't be
 * given up: a name whose look-ups are not answered must not take them all.
 */

/** Of one name, at a time; others wait for their turn. */
export const MAX_OF_ONE_NAME = 8;

/** Gives out turns, by name. */
export class NameSlots {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /**
   * Acts once it is the name's turn. The turn lasts until the act has ended,
   * also where nobody waits for it any more.
   *
   * @param late Takes what came of an act after the signal was aborted.
   * @throws the signal's reason when it is aborted.
   */
  async run<Result>(
    name: string,
    signal: AbortSignal,
    act: () => Promise<Result>,
    late: (result: Result) => void,
  ): Promise<Result> {
    await this.#turn(name, signal);
    const acting = act().finally(() => this.#free(name));
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await Promise.race([acting, promise]);
    } catch (error) {
      if (signal.aborted) acting.then(late, () => {});
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #turn(name: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const taken = this.#taken.get(name) ?? 0;
    if (taken < MAX_OF_ONE_NAME) {
      this.#taken.set(name, taken + 1);
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const queue = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, queue.add(resolve));
    const abort = () => {
      if (queue.delete(resolve)) reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Hands the turn to whoever has waited longest. */
  #free(name: string): void {
    const queue = this.#waiting.get(name);
    const [next] = queue ?? [];
    if (next) {
      queue!.delete(next);
      next();
      return;
    }
    this.#waiting.delete(name);
    const taken = this.#taken.get(name)! - 1;
    if (taken > 0) this.#taken.set(name, taken);
    else this.#taken.delete(name);
  }
}
