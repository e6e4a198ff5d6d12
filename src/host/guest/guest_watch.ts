/** Looking after a guest that takes long, while the process stays alive. */

import { Timer } from "../../timer.ts";

/** Says in how many milliseconds to look again; undefined for not at all. */
export type Look = () => number | undefined;

/** When a guest is looked after first: nothing that is looked for is sooner. */
const FIRST_MS = 20;
/** The longest between two looks: timers that were cleared stay so long. */
const MOST_MS = 1_000;

/**
 * Calls `look` from time to time while a guest is waited for. Setting a timer
 * and taking it back costs more than the rest of a wait. So the first timer of
 * a wait is left to the next ones, and only calls that outlive it set their
 * own. What is left of it between two waits keeps no process alive.
 */
export class GuestWatch {
  readonly #look: Look;
  #isWaiting = false;
  #timer: Timer | undefined;
  /** Whether the timer is one that serves any wait. */
  #isFirst = false;

  /** @param look Looks after the guest that is waited for. */
  constructor(look: Look) {
    this.#look = look;
  }

  /** Begins to look after a guest. */
  begin(): void {
    this.#isWaiting = true;
    if (this.#timer && !this.#timer.isOver) this.#timer.ref();
    else this.#set(FIRST_MS, true);
  }

  /** Looks now, and sets the timer anew; does nothing between two waits. */
  lookNow(): void {
    if (!this.#isWaiting) return;
    this.stop();
    const ms = this.#look();
    if (ms !== undefined) this.#set(Math.max(ms, 0), false);
  }

  /** The guest has come back. */
  end(): void {
    this.#isWaiting = false;
    if (this.#isFirst) this.#timer?.clear();
    else this.stop();
  }

  /** Takes the timer back: the last wait is over, or nearly. */
  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #set(ms: number, isFirst: boolean): void {
    this.#isFirst = isFirst;
    this.#timer = new Timer(Math.min(ms, MOST_MS), () => this.lookNow());
  }
}
