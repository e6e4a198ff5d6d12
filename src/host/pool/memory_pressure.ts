/**
 * Decides when to replace a worker because of the memory that it retains.
 *
 * V8 hardly counts what dead guest memories take, so it does not collect them:
 * a tool that stays within 64 MiB makes a process grow by gigabytes, call by
 * call. Ending the worker frees all of it at once.
 */

const MIB = 1024 * 1024;
/** Memories up to this size are reused. */
const KEPT_BYTES = 1 * MIB;
/** Dropped bytes between checks of the process. */
const LOOK_BYTES = 64 * MIB;
/** How much the process may grow before a worker is replaced. */
const GROWTH_BYTES = 256 * MIB;

/** Watches the growth of the process as guests drop their memories. */
export class MemoryPressure {
  readonly #residentBytes: () => number;
  #droppedBytes = 0;
  /** The smallest size of the process since a worker was replaced. */
  #leastBytes: number;

  /** @param residentBytes Returns the current size of the process. */
  constructor(residentBytes: () => number = () => Deno.memoryUsage().rss) {
    this.#residentBytes = residentBytes;
    this.#leastBytes = residentBytes();
  }

  /** Counts a call's memory; returns whether its worker should be replaced. */
  isHighAfter(memoryBytes: number): boolean {
    if (!(memoryBytes > KEPT_BYTES)) return false;
    this.#droppedBytes += memoryBytes;
    if (this.#droppedBytes < LOOK_BYTES) return false;
    this.#droppedBytes = 0;
    const now = this.#residentBytes();
    this.#leastBytes = Math.min(this.#leastBytes, now);
    return now > this.#leastBytes + GROWTH_BYTES;
  }

  /**
   * Resets after a worker has ended: the remaining size is not due to guests.
   */
  settle(): void {
    this.#leastBytes = this.#residentBytes();
  }
}
