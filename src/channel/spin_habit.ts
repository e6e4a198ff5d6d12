/**
 * Whether to spin for the other side of the channel, learnt from how it went.
 *
 * Spinning saves falling asleep and waking up, where the other side has a core
 * to itself. Where it has none, the spin is what keeps it from running, and
 * both pay for the spin and for the sleep. Nothing tells in advance which of
 * the two it is, and it changes: so each side looks at its own spins.
 */

/** How many spins that pay make up for one that does not. */
const FAILURE_COST = 4;
/** Three failures in a row may be chance. */
const MAX_CREDIT = 3 * FAILURE_COST;
/** The longest time without a try is two to the power of this, in calls. */
const MAX_DOUBLINGS = 7;

/** One side's spins of one worker. */
export class SpinHabit {
  /** What spins have saved lately, less what they have cost. */
  #credit = MAX_CREDIT;
  /** Calls to come before the next spin. */
  #asleepFor = 0;
  #doublings = 0;

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
    if (this.#credit < MAX_CREDIT) this.#credit++;
    else this.#doublings = 0;
  }

  /** Sleeps for twice as many calls as last time; a try decides what then. */
  #fail(): void {
    this.#credit -= FAILURE_COST;
    if (this.#credit >= 0) return;
    this.#credit = 0;
    this.#doublings = Math.min(this.#doublings + 1, MAX_DOUBLINGS);
    this.#asleepFor = 2 ** this.#doublings;
  }
}
