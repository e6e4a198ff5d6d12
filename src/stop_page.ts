/**
 * The stop page: one page of shared memory a worker, made by the host, that a
 * guest's injected checks read and that no guest can name.
 *
 * ```text
 *   byte 0        4          8
 *   ┌────────────┬──────────┬───────────────
 *   │ stop word  │ refused  │ unused …
 *   └────────────┴──────────┴───────────────
 *     0 = run      1 = a growth was refused
 *     else why     (written by the guest's injected code)
 *     to stop
 * ```
 *
 * The stop word is written once a call: whoever exchanges 0 for its reason
 * first has stopped the guest.
 */

/** Byte offset of the stop word. */
export const STOP_OFFSET = 0;
/** Byte offset of the word that a refused growth sets to 1. */
export const REFUSED_OFFSET = 4;

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
  /** The guest itself ended, through `proc_exit`. */
  Exit: 4,
  /** The guest broke a limit of its imports, such as bytes written. */
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

/** A view of a stop page: the host and the watchdog stop, the guest waits. */
export class StopPage {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: WebAssembly.Memory) {
    this.#words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer);
  }

  /** Makes the page ready for the next call. */
  reset(): void {
    Atomics.store(this.#words, STOP_OFFSET >> 2, StopReason.Running);
    Atomics.store(this.#words, REFUSED_OFFSET >> 2, 0);
  }

  /** Stops the guest; false when an earlier reason already has. */
  stop(reason: StopReason): boolean {
    const index = STOP_OFFSET >> 2;
    const was = Atomics.compareExchange(
      this.#words,
      index,
      StopReason.Running,
      reason,
    );
    Atomics.notify(this.#words, index);
    return was === StopReason.Running;
  }

  /** Why the guest was stopped, or `Running`. */
  get reason(): StopReason {
    return Atomics.load(this.#words, STOP_OFFSET >> 2) as StopReason;
  }

  /** Whether a growth of a memory or table was refused in this call. */
  get growthRefused(): boolean {
    return Atomics.load(this.#words, REFUSED_OFFSET >> 2) !== 0;
  }

  /** @throws {GuestStopped} when the guest was told to stop. */
  check(): void {
    if (this.reason !== StopReason.Running) throw new GuestStopped();
  }

  /**
   * Blocks the guest's thread, until `ms` have passed or it is told to stop.
   *
   * @throws {GuestStopped} when the guest was told to stop.
   */
  sleep(ms: number): void {
    Atomics.wait(this.#words, STOP_OFFSET >> 2, StopReason.Running, ms);
    this.check();
  }
}
