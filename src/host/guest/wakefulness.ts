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

/** Decides for one call how long to stay awake. */
export class Wakefulness {
  readonly #until: number;
  #restBy: number;

  /** @param isAnsweredSoon Whether an answer is expected within microseconds. */
  constructor(isAnsweredSoon: boolean) {
    const now = performance.now();
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

  /** The event loop has had its turn. */
  rested(): void {
    this.#restBy = performance.now() + MAX_BLOCK_MS;
  }
}
