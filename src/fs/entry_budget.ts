/** Limits how many files, directories and links a guest creates. */

import { fail } from "./error_code.ts";

/**
 * The remaining number of files, directories and links that a guest may create.
 */
export class EntryBudget {
  readonly #max: number;
  #left: number;

  /** @param max The whole budget. */
  constructor(max: number) {
    this.#max = max;
    this.#left = max;
  }

  /** Creates one entry, and counts it on success; ENOSPC if none is left. */
  make<T>(act: () => T): T {
    if (this.#left <= 0) fail("ENOSPC");
    const made = act();
    this.#left--;
    return made;
  }

  /** Counts a removed entry, which makes room for another one. */
  removed(): void {
    // Removing entries from before the call adds nothing to the budget.
    if (this.#left < this.#max) this.#left++;
  }
}
