/** A budget of bytes that a call may still send or receive. */

import { limited } from "./refusal.ts";

/** Counts down. */
export class ByteBudget {
  readonly #what: string;
  readonly #limit: number;
  #left: number;

  /** @param what The name of what is counted, such as "Response bodies". */
  constructor(what: string, limit: number) {
    this.#what = what;
    this.#limit = limit;
    this.#left = limit;
  }

  /** @throws {Refusal} when too few are left. */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) {
      throw limited(
        `${this.#what} of the call exceed the limit of ${this.#limit} bytes`,
      );
    }
  }
}
