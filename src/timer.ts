/**
 * Timers without Node's code. The first `setTimeout` of a process loads Node's
 * timers, which is a hundred kilobytes: more than all the code of this package
 * that a call needs.
 */

/** The longest delay that a timer takes. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Calls a function once after a delay, and keeps the process alive until then.
 * A cleared timer keeps its memory until it would have fired, so use it only
 * for short delays, or for few timers.
 */
export class Timer {
  readonly #signal: AbortSignal;
  readonly #fire: () => void;

  /** @param ms Rounded up; at most 24 days. */
  constructor(ms: number, fire: () => void) {
    this.#fire = fire;
    this.#signal = AbortSignal.timeout(
      Math.min(Math.max(Math.ceil(ms), 0), MAX_MS),
    );
    this.ref();
  }

  /** Whether the delay is over, even if it was cleared. */
  get isOver(): boolean {
    return this.#signal.aborted;
  }

  /**
   * Restarts it with the same due time; Deno keeps running while it is listened
   * to.
   */
  ref(): void {
    this.#signal.addEventListener("abort", this.#fire, { once: true });
  }

  /** Cancels it, unless {@linkcode ref} is called before it is due. */
  clear(): void {
    this.#signal.removeEventListener("abort", this.#fire);
  }
}

/** Calls a function once after a delay, without keeping the process alive. */
export class IdleTimer {
  readonly #word = new Int32Array(new SharedArrayBuffer(4));

  constructor(ms: number, fire: () => void) {
    const wait = Atomics.waitAsync(this.#word, 0, 0, Math.max(ms, 1));
    // The delay is never 0, so this always waits.
    Promise.resolve(wait.value).then((end) => {
      if (end === "timed-out") fire();
    });
  }

  /** Cancels it. */
  clear(): void {
    Atomics.notify(this.#word, 0);
  }
}
