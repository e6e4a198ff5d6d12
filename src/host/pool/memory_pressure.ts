/**
 * When a worker is to be replaced for the memory that it holds on to.
 *
 * V8 hardly counts what dead guest memories take, so it does not collect them:
 * a tool that stays within 64 MiB makes a process grow by gigabytes, call by
 * call. Ending the worker frees all of it at once.
 */

const MIB = 1024 * 1024;
/** Memories up to this size are kept and used again. */
const KEPT_BYTES = 1 * MIB;
/** How much is dropped between two looks at the process. */
const LOOK_BYTES = 64 * MIB;
/** How much the process may grow before a worker is replaced. */
const GROWTH_BYTES = 256 * MIB;

/** Watches how the process grows while guests drop their memories. */
export class MemoryPressure {
  readonly #residentBytes: () => number;
  #droppedBytes = 0;
  /** What the process had at its smallest, since a worker was replaced. */
  #leastBytes: number;

  /** @param residentBytes What the process takes now. */
  constructor(residentBytes: () => number = () => Deno.memoryUsage().rss) {
    this.#residentBytes = residentBytes;
    this.#leastBytes = residentBytes();
  }

  /** Counts a call's memory; whether its worker had better be replaced. */
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
   * Starts anew after a worker has ended: what the process still takes is not
   * the guests'.
   */
  settle(): void {
    this.#leastBytes = this.#residentBytes();
  }
}
