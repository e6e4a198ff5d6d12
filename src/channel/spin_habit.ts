/**
 * Decides whether to spin for the other side of the channel, based on recent
 * success.
 *
 * Spinning avoids sleeping and waking up if the other side has a core to
 * itself. If it has none, the spin keeps it from running, and both pay for the
 * spin and the sleep. Which of the two applies is not known in advance, and
 * changes, so each side tracks the success of its own spins.
 */

/** How many successful spins make up for one failure. */
const FAILURE_COST = 4;
/** Three failures in a row may be chance. */
const MAX_CREDIT = 3 * FAILURE_COST;
/** The longest pause between attempts is two to the power of this, in calls. */
const MAX_DOUBLINGS = 7;

/** The spins of one side for one worker. */
export class SpinHabit {
  /** Recent savings of spins minus their costs. */
  #credit = MAX_CREDIT;
  /** Calls left before the next spin. */
  #asleepFor = 0;
  #doublings = 0;

  /** Called once per call: whether to spin; then `learn` must be called. */
  shallSpin(): boolean {
    if (this.#asleepFor === 0) return true;
    this.#asleepFor--;
    return false;
  }

  /** Records whether a spin succeeded. */
  learn(paid: boolean): void {
    if (paid) this.#succeed();
    else this.#fail();
  }

  #succeed(): void {
    if (this.#credit < MAX_CREDIT) this.#credit++;
    else this.#doublings = 0;
  }

  /** Pauses for twice as many calls as last time, then tries again. */
  #fail(): void {
    this.#credit -= FAILURE_COST;
    if (this.#credit >= 0) return;
    this.#credit = 0;
    this.#doublings = Math.min(this.#doublings + 1, MAX_DOUBLINGS);
    this.#asleepFor = 2 ** this.#doublings;
  }
}
