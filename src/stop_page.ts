/**
 * The stop page: one page of shared memory per worker, created by the host. A
 * guest's injected checks read it; no guest code can address it.
 *
 * ```text
 *   byte 0        4          8         16          24         32
 *   ┌────────────┬──────────┬─────────┬───────────┬──────────┬─────────
 *   │ stop word  │ refused  │ signal  │ deadline  │ withheld │ unused …
 *   └────────────┴──────────┴─────────┴───────────┴──────────┴─────────
 *     0 = run      1 = a     counts    when the    bytes that
 *     else why     growth    wake-ups  watchdog    this call may
 *     to stop      was                 stops it    not grow by
 *                  refused
 * ```
 *
 * The stop word is written once per call: the first to exchange 0 for a reason
 * stops the guest. The refused word is written by the code injected into the
 * guest. A blocked guest waits on the signal, which changes whenever the guest
 * must wake up.
 */

/** Byte offset of the stop word. */
export const STOP_OFFSET = 0;
/** Byte offset of the word that a refused growth sets to 1. */
export const REFUSED_OFFSET = 4;
/** Byte offset of the signal. */
const SIGNAL_OFFSET = 8;
/** Byte offset of the deadline, a 64-bit number. */
export const DEADLINE_OFFSET = 16;

/**
 * Byte offset of the number of bytes withheld from the module's memory limit,
 * as a 64-bit number: how much lower the limit of this call is.
 */
export const WITHHELD_OFFSET = 24;

/** Why a guest was told to stop: the values of the stop word. */
export const StopReason = {
  /** Not stopped. */
  Running: 0,
  /** The watchdog saw the deadline pass. */
  Deadline: 1,
  /** The caller aborted. */
  Abort: 2,
  /** The sandbox is closing. */
  Shutdown: 3,
  /** The guest exited through `proc_exit`. */
  Exit: 4,
  /** The guest exceeded a limit of its imports, such as bytes written. */
  Limit: 5,
} as const;

/** One value of the stop word. */
export type StopReason = typeof StopReason[keyof typeof StopReason];

/**
 * Thrown by an import to unwind a guest that was told to stop. A guest can
 * catch it, but then traps at its next check.
 */
export class GuestStopped extends Error {
  override readonly name = "GuestStopped";
}

const STOP = STOP_OFFSET >> 2;
const REFUSED = REFUSED_OFFSET >> 2;
const SIGNAL = SIGNAL_OFFSET >> 2;
const WITHHELD = WITHHELD_OFFSET >> 2;

/**
 * A view of a stop page: the host and the watchdog stop the guest, the guest
 * waits on it.
 */
export class StopPage {
  /** The page itself, shared with the guest. */
  readonly memory: WebAssembly.Memory;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(
    memory: WebAssembly.Memory = new WebAssembly.Memory({
      initial: 1,
      maximum: 1,
      shared: true,
    }),
  ) {
    this.memory = memory;
    this.#words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer);
  }

  /** Resets the page for the next call. */
  reset(): void {
    Atomics.store(this.#words, STOP, StopReason.Running);
    Atomics.store(this.#words, REFUSED, 0);
  }

  /**
   * Lowers the memory limit of the call that begins. Called only by its worker.
   */
  withhold(bytes: number): void {
    this.#words[WITHHELD] = bytes % 2 ** 32 | 0;
    this.#words[WITHHELD + 1] = Math.floor(bytes / 2 ** 32);
  }

  /** Stops the guest; false if it was already stopped for another reason. */
  stop(reason: StopReason): boolean {
    const was = Atomics.compareExchange(
      this.#words,
      STOP,
      StopReason.Running,
      reason,
    );
    this.wake();
    return was === StopReason.Running;
  }

  /** Wakes a blocked guest. */
  wake(): void {
    Atomics.add(this.#words, SIGNAL, 1);
    Atomics.notify(this.#words, SIGNAL);
  }

  /** Why the guest was stopped, or `Running`. */
  get reason(): StopReason {
    return Atomics.load(this.#words, STOP) as StopReason;
  }

  /** Whether a growth of a memory or table was refused in this call. */
  get growthRefused(): boolean {
    return Atomics.load(this.#words, REFUSED) !== 0;
  }

  /** @throws {GuestStopped} when the guest was told to stop. */
  check(): void {
    if (this.reason !== StopReason.Running) throw new GuestStopped();
  }

  /**
   * Blocks the guest's thread until `ms` milliseconds have passed.
   *
   * @throws {GuestStopped} if the guest is told to stop meanwhile.
   */
  sleep(ms: number): void {
    this.waitUntil(() => false, ms);
  }

  /**
   * Blocks the guest's thread until `ready` returns true, checked at every
   * wake-up; false if `ms` milliseconds pass first.
   *
   * @throws {GuestStopped} if the guest is told to stop meanwhile.
   */
  waitUntil(ready: () => boolean, ms: number = Infinity): boolean {
    const end = performance.now() + ms;
    for (;;) {
      // Read before the check: a wake-up in between changes the signal, and the
      // wait below returns at once.
      const signal = Atomics.load(this.#words, SIGNAL);
      this.check();
      if (ready()) return true;
      const left = end - performance.now();
      if (!(left > 0)) return false;
      Atomics.wait(this.#words, SIGNAL, signal, left);
    }
  }
}
