/** Waiting for a guest, with a timer that keeps the process alive. */

import type { WorkerLost } from "../../errors.ts";

/** Timers take no longer delay. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Says in how many milliseconds to look again, or that the worker is lost. */
export type Look = () => number | WorkerLost;

/** A wait that ends when the worker is lost. */
export class TurnWait {
  readonly #look: Look;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;
  #loss: WorkerLost | undefined;

  /** @param look Looks after the worker, now and when the timer is due. */
  constructor(look: Look) {
    this.#look = look;
    this.lookNow();
  }

  /** Why the worker is lost, if it is. */
  get loss(): WorkerLost | undefined {
    return this.#loss;
  }

  /** Ends the wait: the worker is lost. */
  lose(loss: WorkerLost): void {
    this.#loss ??= loss;
    this.#wake?.();
  }

  /** Looks after the worker now, and sets the timer anew. */
  lookNow(): void {
    clearTimeout(this.#timer);
    const found = this.#look();
    if (typeof found !== "number") return this.lose(found);
    const ms = Math.min(Math.max(found, 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.lookNow(), ms);
  }

  /** Resolves with `change`, or when the worker is lost. */
  until(change: PromiseLike<unknown>): Promise<void> {
    if (this.#loss) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    change.then(() => resolve());
    return promise;
  }

  /** Takes the timer back. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
