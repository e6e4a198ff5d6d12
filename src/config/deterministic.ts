/** A deterministic clock and random numbers. */

import type { Deterministic } from "../contract/system_grants.ts";
import { checkKnown, checkObject, checkWhole } from "./option_checks.ts";
import { outOfRange } from "./option_error.ts";

export type { Deterministic };

/** Options for a deterministic clock and random numbers; both default to 0. */
export interface DeterministicOptions {
  /** The initial time of the clock: a date, or milliseconds since 1970. */
  readonly now?: number | Date | undefined;
  /** The seed of all random numbers: an integer of at least 0. */
  readonly seed?: number | undefined;
}

/** The latest time of a `Date`. */
const MAX_NOW = 8.64e15;

/**
 * Checks the options and fills in defaults.
 *
 * @throws {TypeError} when it is not an object, or has an unknown member.
 * @throws {RangeError} when a number is out of range.
 */
export function checkDeterministic(
  given: DeterministicOptions,
): Deterministic {
  checkObject("deterministic", given);
  checkKnown("deterministic", given, ["now", "seed"]);
  const { now = 0, seed = 0 } = given;
  const ms = now instanceof Date ? now.getTime() : now;
  if (!Number.isInteger(ms) || ms < 0 || ms > MAX_NOW) {
    const wanted = `a date, or whole milliseconds from 0 to ${MAX_NOW}`;
    throw outOfRange("deterministic now", ms, wanted);
  }
  checkWhole("deterministic seed", seed, 0, Number.MAX_SAFE_INTEGER);
  return Object.freeze({ now: ms, seed });
}
