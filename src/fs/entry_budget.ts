/** Bounds how many files, directories and links a guest makes. */

import { fail } from "./error_code.ts";

/** How many files, directories and links a guest may still make. */
export class EntryBudget {
  readonly #max: number;
  #left: number;

  /** @param max The whole budget. */
  constructor(max: number) {
    this.#max = max;
    this.#left = max;
  }

  /** Makes one entry, and counts it once it is made; NOSPC when none is left. */
  make<T>(act: () => T): T {
    if (this.#left <= 0) fail("ENOSPC");
    const made = act();
    this.#left--;
    return made;
  }

  /** Counts an entry that was removed, which makes room for another one. */
  removed(): void {
    // What was there before the call adds nothing to the budget.
    if (this.#left < this.#max) this.#left++;
  }
}
