/** Looking after a guest that takes long, while the process stays alive. */

import { Timer } from "../../timer.ts";

/** Says in how many milliseconds to look again; undefined for not at all. */
export type Look = () => number | undefined;

/** When a guest is looked after first: nothing that is looked for is sooner. */
const FIRST_MS = 20;
/** The longest between two looks: timers that were cleared stay so long. */
const MOST_MS = 1_000;
/** So many waits for one timer come one right after the other. */
const MANY_WAITS = 8;

/**
 * Calls `look` from time to time while a guest is waited for. Setting a timer
 * and taking it back costs more than the rest of a wait. So the first timer of
 * a wait is left to the next ones, and only calls that outlive it set their
 * own. Where there are few waits it keeps no process alive between them; where
 * there are many it is not touched, and may do so for as long as it has left.
 */
export class GuestWatch {
  readonly #look: Look;
  #isWaiting = false;
  #timer: Timer | undefined;
  /** Whether the timer is one that serves any wait. */
  #isFirst = false;
  /** How many waits it has served. */
  #waits = 0;

  /** @param look Looks after the guest that is waited for. */
  constructor(look: Look) {
    this.#look = look;
  }

  /** Begins to look after a guest. */
  begin(): void {
    this.#isWaiting = true;
    if (!this.#timer || this.#timer.isOver) this.#set(FIRST_MS, true);
    else if (++this.#waits <= MANY_WAITS) this.#timer.ref();
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
    if (!this.#isFirst) this.stop();
    else if (this.#waits < MANY_WAITS) this.#timer?.clear();
  }

  /** Takes the timer back: the last wait is over, or nearly. */
  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #set(ms: number, isFirst: boolean): void {
    this.#isFirst = isFirst;
    this.#waits = 1;
    this.#timer = new Timer(Math.min(ms, MOST_MS), () => this.lookNow());
  }
}
