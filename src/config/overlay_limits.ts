/** What an overlay over a host folder may hold. */

import type { OverlayLimits } from "../contract/system_grants.ts";
import { checkKnown, checkObject, checkWhole } from "./option_checks.ts";

export type { OverlayLimits };

/** What an overlay holds unless it is said otherwise. */
export const OVERLAY_DEFAULTS: OverlayLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxEntries: 16_384,
};
/** What is in it crosses shared memory with the result. */
const LARGEST_MAX_BYTES = 2 ** 28;
const LARGEST_MAX_ENTRIES = 65_536;

/**
 * Checks the overlay option of a grant.
 *
 * @returns undefined when there is to be none.
 * @throws {TypeError} when it is neither a boolean nor limits.
 * @throws {RangeError} when a limit is impossible.
 */
export function checkOverlay(
  given: boolean | Partial<OverlayLimits> | undefined,
): OverlayLimits | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return OVERLAY_DEFAULTS;
  checkObject("allowedPath overlay", given);
  checkKnown("allowedPath overlay", given, ["maxBytes", "maxEntries"]);
  const {
    maxBytes = OVERLAY_DEFAULTS.maxBytes,
    maxEntries = OVERLAY_DEFAULTS.maxEntries,
  } = given;
  return Object.freeze({
    maxBytes: checkWhole("overlay maxBytes", maxBytes, 0, LARGEST_MAX_BYTES),
    maxEntries: checkWhole(
      "overlay maxEntries",
      maxEntries,
      1,
      LARGEST_MAX_ENTRIES,
    ),
  });
}
