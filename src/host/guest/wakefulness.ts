/**
 * Decides how long the host's thread stays awake for a guest: long enough to be
 * worthwhile, but without starving the event loop.
 */

/**
 * How long to spin for something expected soon: longer than a sleeping guest
 * takes to wake and answer, or both would sleep again before every call.
 */
const SPIN_MS = 0.1;
/** Maximum time before the event loop gets a turn. */
const MAX_BLOCK_MS = 5;

/** What a call allows. */
export interface MayStayAwake {
  /** Whether an answer is expected within microseconds. */
  readonly isAnsweredSoon: boolean;
  /** Whether the guest may have another question within microseconds. */
  readonly isAskedAgain: boolean;
}

/** Decides for one call how long to stay awake. */
export class Wakefulness {
  readonly #isAskedAgain: boolean;
  #until: number;
  #restBy: number;

  constructor({ isAnsweredSoon, isAskedAgain }: MayStayAwake) {
    const now = performance.now();
    this.#isAskedAgain = isAskedAgain;
    this.#restBy = now + MAX_BLOCK_MS;
    this.#until = isAnsweredSoon ? now + SPIN_MS : now;
  }

  /** Whether to check again immediately. */
  get isAwake(): boolean {
    return performance.now() < this.#until;
  }

  /** Whether the event loop must get a turn first. */
  get isTired(): boolean {
    return performance.now() >= this.#restBy;
  }

  /** Called after a reply; false if that is no reason to stay awake. */
  stayForMore(): boolean {
    if (!this.#isAskedAgain) return false;
    const now = performance.now();
    if (now + SPIN_MS > this.#restBy) return false;
    this.#until = now + SPIN_MS;
    return true;
  }

  /** Called after the event loop had its turn. */
  rested(): void {
    this.#restBy = performance.now() + MAX_BLOCK_MS;
  }
}
