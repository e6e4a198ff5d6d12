/** Checks on a slow guest, and keeps the process alive. */

import { Timer } from "../../timer.ts";

/** Returns the milliseconds until the next check; undefined for none. */
export type Look = () => number | undefined;

/** Time of the first check: nothing to detect happens sooner. */
const FIRST_MS = 20;
/**
 * The longest time between checks, as cleared timers keep their memory that
 * long.
 */
const MOST_MS = 1_000;
/** Number of waits per timer above which waits count as frequent. */
const MANY_WAITS = 8;

/**
 * Calls `look` regularly while waiting for a guest. Setting and clearing a
 * timer costs more than the rest of a wait, so the first timer of a wait is
 * reused by later ones, and only calls that outlive it set their own. If waits
 * are rare, the timer does not keep the process alive between them; if they are
 * frequent, it is left alone and may do so until it fires.
 */
export class GuestWatch {
  readonly #look: Look;
  #isWaiting = false;
  #timer: Timer | undefined;
  /** Whether the timer is shared by waits. */
  #isFirst = false;
  /** How many waits it has served. */
  #waits = 0;

  /** @param look Checks the guest. */
  constructor(look: Look) {
    this.#look = look;
  }

  /** Starts checking a guest. */
  begin(): void {
    this.#isWaiting = true;
    if (!this.#timer || this.#timer.isOver) this.#set(FIRST_MS, true);
    else if (++this.#waits <= MANY_WAITS) this.#timer.ref();
  }

  /** Checks now, and resets the timer; does nothing between waits. */
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

  /** Clears the timer: the last wait is over, or nearly. */
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
