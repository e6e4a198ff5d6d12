/** Waiting for a worker's answer, with a timer that keeps the process alive. */

import { WorkerLost } from "../../errors.ts";

/** Timers take no longer delay. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A wait that ends early when the worker is lost. */
export class TurnWait {
  readonly #lost = Promise.withResolvers<never>();
  #timer: ReturnType<typeof setTimeout>;

  /** @param ms When the worker is lost. */
  constructor(ms: number) {
    this.#timer = this.#after(ms);
    // Nobody may be listening any more when it rejects.
    this.#lost.promise.catch(() => {});
  }

  /** Rejects when the worker is lost. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Gives the worker no more than `ms` milliseconds from now. */
  shorten(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#after(ms);
  }

  /** Ends the wait with an error. */
  fail(error: WorkerLost): void {
    this.#lost.reject(error);
  }

  /** Takes the timer back. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #after(ms: number): ReturnType<typeof setTimeout> {
    const lose = () => this.fail(new WorkerLost("Worker did not answer"));
    return setTimeout(lose, Math.min(ms, MAX_TIMER_MS));
  }
}
