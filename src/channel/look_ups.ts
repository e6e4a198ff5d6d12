/**
 * Counts the pending DNS look-ups of one fetching worker, and of the process.
 */

import type { LookUpMemory } from "../contract/shared_buffers.ts";

/** Creates the memory of one counter. */
export function countMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The pending look-ups of one fetching worker. */
export class LookUps {
  readonly #process: Int32Array;
  readonly #own: Int32Array;

  constructor({ process, own }: LookUpMemory) {
    this.#process = new Int32Array(process);
    this.#own = new Int32Array(own);
  }

  /** The number of this worker's look-ups. */
  get own(): number {
    return Atomics.load(this.#own, 0);
  }

  /** Counts one more, unless the process is at its limit. */
  take(mostOfProcess: number): boolean {
    if (Atomics.add(this.#process, 0, 1) >= mostOfProcess) {
      Atomics.sub(this.#process, 0, 1);
      return false;
    }
    Atomics.add(this.#own, 0, 1);
    return true;
  }

  /** Counts one less; does nothing after {@linkcode end}. */
  free(): void {
    const own = this.own;
    if (own <= 0) return;
    if (Atomics.compareExchange(this.#own, 0, own, own - 1) !== own) return;
    Atomics.sub(this.#process, 0, 1);
  }

  /** Uncounts all look-ups of a worker that is gone. */
  end(): void {
    const own = Atomics.exchange(this.#own, 0, 0);
    Atomics.sub(this.#process, 0, own);
  }
}
