/**
 * How long the host's thread stays awake for a guest, in one place: long enough
 * where that pays, and never so long that the event loop starves.
 */

/**
 * How long to spin for what is expected soon: longer than a sleeping guest
 * takes to wake and answer, or both would fall asleep again before every call.
 */
const SPIN_MS = 0.1;
/** A question that comes so soon after a reply was worth staying awake for. */
const SOON_MS = 0.2;
/** How long the event loop may wait for its turn. */
const MAX_BLOCK_MS = 5;

/** Decides for one call how long to stay awake. */
export class Wakefulness {
  readonly #mayAfterReply: boolean;
  #restBy: number;
  #repliedAt = -Infinity;
  #until: number;

  /**
   * @param forAnswer Whether the answer is expected within microseconds.
   * @param afterReply Whether there is a core for waiting awake after a reply.
   */
  constructor(forAnswer: boolean, afterReply: boolean) {
    const now = performance.now();
    this.#mayAfterReply = afterReply;
    this.#restBy = now + MAX_BLOCK_MS;
    this.#until = forAnswer ? now + SPIN_MS : now;
  }

  /** Whether to look again at once. */
  get isAwake(): boolean {
    return performance.now() < Math.min(this.#until, this.#restBy);
  }

  /** Whether the event loop has to have its turn before anything else. */
  get isTired(): boolean {
    return performance.now() >= this.#restBy;
  }

  /** The event loop has had its turn. */
  rested(): void {
    this.#restBy = performance.now() + MAX_BLOCK_MS;
  }

  /** A question was answered, which came at `askedAt`. */
  replied(askedAt: number): void {
    const wasSoon = askedAt - this.#repliedAt < SOON_MS;
    const isFirst = this.#repliedAt === -Infinity;
    this.#repliedAt = performance.now();
    if (this.#mayAfterReply && (wasSoon || isFirst)) {
      this.#until = this.#repliedAt + SPIN_MS;
    }
  }
}
