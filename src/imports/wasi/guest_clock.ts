/** The clocks of a guest: real or deterministic. */

import type { StopPage } from "../../stop_page.ts";

/** A guest's clocks; nanoseconds as bigints. */
export interface GuestClock {
  /** Since 1970. */
  realtime(): bigint;
  /** Since an arbitrary moment; never goes back. */
  monotonic(): bigint;
  /** Since the guest began. */
  running(): bigint;
  /**
   * Waits, and returns how long.
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
   * @param leastMs The minimum of the monotonic clock: workers count from their
   * start, and a guest may continue in another worker.
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

/** How far the clock advances each time it is read. */
const STEP_NS = 1_000n;
/** Longer waits are infinite. */
const LONGEST_WAIT_NS = 2n ** 62n;

/**
 * A clock that advances only when the guest reads it or waits: polling loops
 * make progress, and waiting takes no real time.
 */
export class SteadyClock implements GuestClock {
  readonly #startNs: bigint;
  #passedNs: bigint;

  /**
   * @param startMs Its initial time, since 1970.
   * @param passedMs How far it has advanced since then.
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
