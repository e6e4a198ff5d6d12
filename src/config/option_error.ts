/** How a wrong option is reported: its name, what was expected, the value. */

import { quote } from "../quote.ts";

/** An option whose value is impossible. */
export function outOfRange(
  option: string,
  value: unknown,
  wanted: string,
): RangeError {
  return new RangeError(
    `Cannot set ${option}: expected ${wanted}, got ${quote(value)}`,
  );
}
