/** Counts the look-ups of one fetching worker, and of all of the process. */

import type { LookUpMemory } from "../contract/shared_buffers.ts";

/** Memory for one count. */
export function countMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The look-ups that one fetching worker has in the making. */
export class LookUps {
  readonly #process: Int32Array;
  readonly #own: Int32Array;

  constructor({ process, own }: LookUpMemory) {
    this.#process = new Int32Array(process);
    this.#own = new Int32Array(own);
  }

  /** How many of this worker there are. */
  get own(): number {
    return Atomics.load(this.#own, 0);
  }

  /** Counts one more, unless the process has so many already. */
  take(mostOfProcess: number): boolean {
    if (Atomics.add(this.#process, 0, 1) >= mostOfProcess) {
      Atomics.sub(this.#process, 0, 1);
      return false;
    }
    Atomics.add(this.#own, 0, 1);
    return true;
  }

  /** Counts one less; after {@linkcode end}, none is left to be counted. */
  free(): void {
    const own = this.own;
    if (own <= 0) return;
    if (Atomics.compareExchange(this.#own, 0, own, own - 1) !== own) return;
    Atomics.sub(this.#process, 0, 1);
  }

  /** The worker is gone, whatever it had in the making. */
  end(): void {
    const own = Atomics.exchange(this.#own, 0, 0);
    Atomics.sub(this.#process, 0, own);
  }
}
