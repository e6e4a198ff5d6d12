/**
 * How long the host's thread stays awake for a guest, in one place: long enough
 * where that pays, and never so long that the event loop starves.
 */

/**
 * How long to spin for what is expected soon: longer than a sleeping guest
 * takes to wake and answer, or both would fall asleep again before every call.
 */
const SPIN_MS = 0.1;
/** How long the event loop may wait for its turn. */
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

  /** Whether to look again at once. */
  get isAwake(): boolean {
    return performance.now() < this.#until;
  }

  /** Whether the event loop has to have its turn before anything else. */
  get isTired(): boolean {
    return performance.now() >= this.#restBy;
  }

  /** The guest has its reply; false when that is no reason to stay awake. */
  stayForMore(): boolean {
    if (!this.#isAskedAgain) return false;
    const now = performance.now();
    if (now + SPIN_MS > this.#restBy) return false;
    this.#until = now + SPIN_MS;
    return true;
  }

  /** The event loop has had its turn. */
  rested(): void {
    this.#restBy = performance.now() + MAX_BLOCK_MS;
  }
}
