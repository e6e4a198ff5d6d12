/** Bounds the work of checking a schema: counted in steps, done in slices. */

import { TimeSlice } from "../pieces/time_slice.ts";

/** Steps allowed regardless of the value's size: a few milliseconds. */
const OWN_STEPS = 20_000;
/** Steps added for each character of the value. */
const STEPS_PER_CHARACTER = 32;
/** Steps between readings of the clock. */
const CLOCK_STEPS = 256;

/** The schema can't be used to check a value within the bounds. */
export class UncheckableSchema extends Error {
  override readonly name = "UncheckableSchema";
}

/** Counts the steps of one check. */
export class StepBudget {
  readonly #most: number;
  #taken = 0;
  #clockAt = CLOCK_STEPS;
  readonly #slice = new TimeSlice();

  /** @param characters The length of the value as JSON. */
  constructor(characters: number) {
    this.#most = OWN_STEPS + STEPS_PER_CHARACTER * characters;
  }

  /**
   * Charges steps before they are done.
   *
   * @throws {UncheckableSchema} when too few are left.
   */
  take(steps: number): void {
    this.#taken += steps;
    if (this.#taken > this.#most) {
      throw new UncheckableSchema(
        `checking takes more than ${this.#most} steps, the limit for arguments of this size`,
      );
    }
  }

  /** Whether to yield to the event loop now; true once per slice. */
  isSliceOver(): boolean {
    if (this.#taken < this.#clockAt) return false;
    this.#clockAt = this.#taken + CLOCK_STEPS;
    return this.#slice.isOver;
  }

  /** Yields to the event loop. */
  async rest(): Promise<void> {
    await this.#slice.rest();
  }
}
