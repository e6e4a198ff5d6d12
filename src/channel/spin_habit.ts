/**
 * Whether to spin for the other side of the channel, learnt from how it went.
 *
 * Spinning saves falling asleep and waking up, where the other side has a core
 * to itself. Where it has none, the spin is what keeps it from running, and
 * both pay for the spin and for the sleep. Nothing tells in advance which of
 * the two it is, and it changes: so each side looks at its own spins.
 */

/** Failures in a row that may be chance. */
const CHANCE = 3;
/** Successes in a row after which earlier failures are forgotten. */
const TRUST = 32;
/** The longest time without a try is two to the power of this, in calls. */
const MAX_DOUBLINGS = 9;

/** One side's spins of one worker. */
export class SpinHabit {
  /** Calls to come before the next spin. */
  #asleepFor = 0;
  #doublings = 0;
  #failures = 0;
  #successes = 0;

  /** Asked once a call: whether to spin, and then to say how it went. */
  shallSpin(): boolean {
    if (this.#asleepFor === 0) return true;
    this.#asleepFor--;
    return false;
  }

  /** What the spin was for came while it lasted, or did not. */
  learn(paid: boolean): void {
    if (paid) this.#succeed();
    else this.#fail();
  }

  #succeed(): void {
    this.#failures = 0;
    if (this.#doublings > 0 && ++this.#successes >= TRUST) this.#doublings = 0;
  }

  /** Sleeps for twice as many calls as last time; a try decides what then. */
  #fail(): void {
    this.#successes = 0;
    if (this.#doublings === 0 && ++this.#failures < CHANCE) return;
    this.#failures = 0;
    this.#doublings = Math.min(this.#doublings + 1, MAX_DOUBLINGS);
    this.#asleepFor = 2 ** this.#doublings;
  }
}
