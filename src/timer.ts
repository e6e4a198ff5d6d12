/**
 * Timers that need nothing of Node. The first `setTimeout` of a process loads
 * Node's timers, and with them a hundred kilobytes of its code: more than all
 * that a call needs of this package.
 */

/** Timers take no longer delay. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Calls a function once, later, and keeps the process alive until then. One
 * that is cleared takes its memory until it would have been due, so this is for
 * short times, or for few.
 */
export class Timer {
  readonly #signal: AbortSignal;
  readonly #fire: () => void;

  /** @param ms Rounded up; more than 24 days are cut to that. */
  constructor(ms: number, fire: () => void) {
    this.#fire = fire;
    this.#signal = AbortSignal.timeout(
      Math.min(Math.max(Math.ceil(ms), 0), MAX_MS),
    );
    this.ref();
  }

  /** Whether its time has come, cleared or not. */
  get isOver(): boolean {
    return this.#signal.aborted;
  }

  /** Sets it again to the time that it had; Deno waits for what is listened to. */
  ref(): void {
    this.#signal.addEventListener("abort", this.#fire, { once: true });
  }

  /** Takes it back, unless {@linkcode ref} follows before it is due. */
  clear(): void {
    this.#signal.removeEventListener("abort", this.#fire);
  }
}

/** Calls a function once, later, if the process is still there by then. */
export class IdleTimer {
  readonly #word = new Int32Array(new SharedArrayBuffer(4));

  constructor(ms: number, fire: () => void) {
    const wait = Atomics.waitAsync(this.#word, 0, 0, Math.max(ms, 1));
    // The time is never 0, so that this does wait.
    Promise.resolve(wait.value).then((end) => {
      if (end === "timed-out") fire();
    });
  }

  /** Takes it back. */
  clear(): void {
    Atomics.notify(this.#word, 0);
  }
}
