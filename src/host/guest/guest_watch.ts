/** Looking after a guest that takes long, while the process stays alive. */

/** Says in how many milliseconds to look again; undefined for not at all. */
export type Look = () => number | undefined;

/** Timers take no longer delay. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** When a guest is looked after first: nothing that is looked for is sooner. */
const FIRST_MS = 20;

/**
 * Calls `look` from time to time while a guest is waited for. Setting a timer
 * and taking it back costs more than the rest of a wait. So the first timer of
 * a wait is left to the next ones, and only calls that outlive it set their
 * own. What is left of it between two waits keeps no process alive.
 */
export class GuestWatch {
  readonly #look: Look;
  #isWaiting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the timer is one that serves any wait. */
  #isFirst = false;

  /** @param look Looks after the guest that is waited for. */
  constructor(look: Look) {
    this.#look = look;
  }

  /** Begins to look after a guest. */
  begin(): void {
    this.#isWaiting = true;
    if (this.#timer === undefined) this.#set(FIRST_MS, true);
    else Deno.refTimer(this.#timer as unknown as number);
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
    if (this.#timer === undefined) return;
    if (this.#isFirst) Deno.unrefTimer(this.#timer as unknown as number);
    else this.stop();
  }

  /** Takes the timer back: the last wait is over, or nearly. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(ms: number, isFirst: boolean): void {
    this.#isFirst = isFirst;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.lookNow();
    }, Math.min(ms, MAX_TIMER_MS));
  }
}
