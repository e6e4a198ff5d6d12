/** Limits how many bytes a guest stores. */

import { fail } from "./error_code.ts";

/** The remaining bytes that a guest may store, over all its files. */
export class WriteBudget {
  #left: number;

  /** @param bytes The whole budget; `undefined` is no limit. */
  constructor(bytes: number | undefined) {
    this.#left = bytes ?? Infinity;
  }

  /** Whether there is a limit at all. */
  get isLimited(): boolean {
    return this.#left !== Infinity;
  }

  /**
   * Takes as many of `bytes` as are left, at least one, or fails with ENOSPC.
   */
  takeSome(bytes: number): number {
    if (bytes > 0 && this.#left <= 0) fail("ENOSPC");
    const taken = Math.min(bytes, this.#left);
    this.#left -= taken;
    return taken;
  }

  /** Takes all of `bytes`, or fails with ENOSPC. */
  take(bytes: number): void {
    if (bytes > this.#left) fail("ENOSPC");
    this.#left -= bytes;
  }

  /** Takes all of `bytes` for what `act` stores; returns them if it fails. */
  spend<T>(bytes: number, act: () => T): T {
    this.take(bytes);
    let stored = false;
    try {
      const result = act();
      stored = true;
      return result;
    } finally {
      if (!stored) this.giveBack(bytes);
    }
  }

  /** Returns bytes that are not, or no longer, stored. */
  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}
