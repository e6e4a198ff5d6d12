/**
 * The deadline in a stop page: a time in microseconds on the host's clock, or
 * one of the states below. The host arms and disarms, the watchdog fires; each
 * exchanges the value it saw, so that a deadline fires once or not at all.
 */

import { DEADLINE_OFFSET, type StopPage, StopReason } from "../../stop_page.ts";

/** No call is running. */
const NONE = 0n;
/** The watchdog is about to stop the guest. */
const FIRING = -1n;
/** The watchdog has stopped the guest. */
const FIRED = -2n;

/** How long the host waits for a watchdog that is about to stop a guest. */
const MAX_SPIN_MS = 10;

const INDEX = DEADLINE_OFFSET >> 3;

/** What a watchdog sees when no deadline is set. */
export const NEVER: bigint = 2n ** 62n;

/** A time of `performance.now()` in microseconds. */
export function toMicroseconds(ms: number): bigint {
  return BigInt(Math.ceil(ms * 1000));
}

/** The deadline of one worker. */
export class Deadline {
  readonly #stopPage: StopPage;
  readonly #slots: BigInt64Array<SharedArrayBuffer>;

  constructor(stopPage: StopPage) {
    this.#stopPage = stopPage;
    const { buffer } = stopPage.memory;
    this.#slots = new BigInt64Array(buffer as unknown as SharedArrayBuffer);
  }

  /** Sets the time; host only. */
  arm(at: bigint): void {
    Atomics.store(this.#slots, INDEX, at);
  }

  /**
   * Cancels the deadline; host only. After this returns, the watchdog no longer
   * touches the stop word.
   *
   * @returns false if it still may, because its thread was preempted just
   * before. Then the stop page must not be reused.
   */
  disarm(): boolean {
    const seen = Atomics.load(this.#slots, INDEX);
    if (
      seen > NONE &&
      Atomics.compareExchange(this.#slots, INDEX, seen, NONE) === seen
    ) return true;
    if (Atomics.load(this.#slots, INDEX) !== FIRING) return true;
    // Between these two states the watchdog executes a few instructions, so
    // this spins for less than a microsecond unless its thread is preempted
    // there.
    const end = performance.now() + MAX_SPIN_MS;
    while (performance.now() < end) {
      if (Atomics.load(this.#slots, INDEX) !== FIRING) return true;
    }
    return false;
  }

  /** Stops the guest if the deadline has passed; watchdog only. */
  fireIfDue(now: bigint): void {
    const at = Atomics.load(this.#slots, INDEX);
    if (at <= NONE || at > now) return;
    if (Atomics.compareExchange(this.#slots, INDEX, at, FIRING) !== at) return;
    this.#stopPage.stop(StopReason.Deadline);
    Atomics.store(this.#slots, INDEX, FIRED);
  }

  /** When it is due, or {@linkcode NEVER}. */
  get at(): bigint {
    const at = Atomics.load(this.#slots, INDEX);
    return at > NONE ? at : NEVER;
  }
}
