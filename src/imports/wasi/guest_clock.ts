/** The clocks of a guest: this machine's, or the same in every run. */

import type { StopPage } from "../../stop_page.ts";

/** What a guest knows of time; nanoseconds as bigints. */
export interface GuestClock {
  /** Since 1970. */
  realtime(): bigint;
  /** Since any moment; it never goes back. */
  monotonic(): bigint;
  /** Since the guest began. */
  running(): bigint;
  /**
   * Waits, and says how long.
   *
   * @throws {GuestStopped} when the guest is told to stop meanwhile.
   */
  wait(duration: bigint, stop: StopPage): bigint;
}

/** The clocks of this machine. */
export class RealClock implements GuestClock {
  readonly #startedMs = performance.now();
  readonly #aheadMs: number;

  /**
   * @param leastMs The least that the monotonic clock may show: workers count
   * from when they started, and a guest may go on in another one.
   */
  constructor(leastMs = 0) {
    this.#aheadMs = Math.max(0, leastMs - this.#startedMs);
  }

  realtime(): bigint {
    return BigInt(Date.now()) * 1_000_000n;
  }

  monotonic(): bigint {
    return fromMs(performance.now() + this.#aheadMs);
  }

  running(): bigint {
    return fromMs(performance.now() - this.#startedMs);
  }

  wait(duration: bigint, stop: StopPage): bigint {
    const started = performance.now();
    const untilMs = started + Number(duration) / 1e6;
    for (;;) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) break;
      stop.sleep(leftMs);
    }
    return fromMs(performance.now() - started);
  }
}

/** How far the clock goes on with each look at it. */
const STEP_NS = 1_000n;
/** Longer waits are for ever. */
const LONGEST_WAIT_NS = 2n ** 62n;

/**
 * A clock that only the guest's own looks and waits move on: a guest that waits
 * in a loop gets further, and waiting takes no time.
 */
export class SteadyClock implements GuestClock {
  readonly #startNs: bigint;
  #passedNs: bigint;

  /**
   * @param startMs What it shows at first, since 1970.
   * @param passedMs How far it has gone on since then.
   */
  constructor(startMs: number, passedMs = 0) {
    this.#startNs = BigInt(startMs) * 1_000_000n;
    this.#passedNs = fromMs(passedMs);
  }

  realtime(): bigint {
    return this.#startNs + this.running();
  }

  monotonic(): bigint {
    return this.running();
  }

  running(): bigint {
    return this.#passedNs += STEP_NS;
  }

  wait(duration: bigint, stop: StopPage): bigint {
    if (duration > LONGEST_WAIT_NS) stop.sleep(Infinity);
    stop.check();
    this.#passedNs += duration;
    return duration;
  }
}

function fromMs(ms: number): bigint {
  return BigInt(Math.trunc(ms * 1e6));
}
