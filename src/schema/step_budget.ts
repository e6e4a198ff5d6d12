/** How much work a schema may cause: counted in steps, done in slices. */

import { TimeSlice } from "../pieces/time_slice.ts";

/** What a schema may cost by itself, however small the value is: some ms. */
const OWN_STEPS = 20_000;
/** What each character of the value adds. */
const STEPS_PER_CHARACTER = 32;
/** After so many steps the clock is asked. */
const CLOCK_STEPS = 256;

/** A schema that can't be used to check a value within the bounds. */
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
   * Takes steps before they are done.
   *
   * @throws {UncheckableSchema} when there are not as many left.
   */
  take(steps: number): void {
    this.#taken += steps;
    if (this.#taken > this.#most) {
      throw new UncheckableSchema(
        `checking takes more than ${this.#most} steps, the limit for arguments of this size`,
      );
    }
  }

  /** Whether others should get a turn now; says so once a slice. */
  isSliceOver(): boolean {
    if (this.#taken < this.#clockAt) return false;
    this.#clockAt = this.#taken + CLOCK_STEPS;
    return this.#slice.isOver;
  }

  /** Gives others their turn. */
  async rest(): Promise<void> {
    await this.#slice.rest();
  }
}
