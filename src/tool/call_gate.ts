/** Limits how many calls run at once and how many wait. */

import { Busy } from "../errors.ts";

/** A FIFO semaphore with a bounded queue. */
export class CallGate {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Runs a task when there is room, in request order.
   *
   * @throws {Busy} when the queue is full.
   * @throws the signal's reason when it is aborted before there is room.
   */
  async run<Value>(
    work: () => Promise<Value>,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    if (this.#inside < this.#most) this.#inside++;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /**
   * Hands the slot directly to the next waiter, so that nobody can overtake it.
   */
  #leave(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#inside--;
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#waiting.size >= this.#mostWaiting) {
      throw new Busy(
        this.#mostWaiting,
        `Registry is busy: ${this.#most} calls run and ${this.#mostWaiting} wait, the limits`,
      );
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.#waiting.delete(enter);
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(enter);
        reject(signal!.reason);
      };
      this.#waiting.add(enter);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }
}
