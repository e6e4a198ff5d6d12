/** Errors for invalid options: the name, what was expected, and the value. */

import { quote } from "../quote.ts";

/** The error for an option whose value is out of range. */
export function outOfRange(
  option: string,
  value: unknown,
  wanted: string,
): RangeError {
  return new RangeError(
    `Cannot set ${option}: expected ${wanted}, got ${quote(value)}`,
  );
}
