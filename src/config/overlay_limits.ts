/** The limits of an overlay over a host folder. */

import type { OverlayLimits } from "../contract/system_grants.ts";
import { checkHostPath } from "./given_host_path.ts";
import { checkKnown, checkObject, checkWhole } from "./option_checks.ts";

export type { OverlayLimits };

/** The default limits of an overlay. */
export const OVERLAY_DEFAULTS: OverlayLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxEntries: 16_384,
};
/** Its contents are sent through shared memory with the result. */
const LARGEST_MAX_BYTES = 2 ** 28;
const LARGEST_MAX_ENTRIES = 65_536;
/** Spilled files are not. */
const LARGEST_SPILLED_BYTES = 2 ** 36;

/**
 * Checks the overlay option of a grant.
 *
 * @returns undefined for no overlay.
 * @throws {TypeError} when it is neither a boolean nor an object of limits.
 * @throws {RangeError} when a limit is out of range.
 */
export function checkOverlay(
  given: boolean | Partial<OverlayLimits> | undefined,
): OverlayLimits | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return OVERLAY_DEFAULTS;
  checkObject("allowedPath overlay", given);
  checkKnown("allowedPath overlay", given, [
    "maxBytes",
    "maxEntries",
    "spillDirectory",
    "maxMemoryBytes",
  ]);
  const {
    maxBytes = OVERLAY_DEFAULTS.maxBytes,
    maxEntries = OVERLAY_DEFAULTS.maxEntries,
  } = given;
  const spill = checkSpill(given);
  const largest = spill ? LARGEST_SPILLED_BYTES : LARGEST_MAX_BYTES;
  return Object.freeze({
    maxBytes: checkWhole("overlay maxBytes", maxBytes, 0, largest),
    maxEntries: checkWhole(
      "overlay maxEntries",
      maxEntries,
      1,
      LARGEST_MAX_ENTRIES,
    ),
    ...spill,
  });
}

function checkSpill(
  { spillDirectory, maxMemoryBytes }: Partial<OverlayLimits>,
): Pick<OverlayLimits, "spillDirectory" | "maxMemoryBytes"> | undefined {
  if (spillDirectory === undefined) {
    if (maxMemoryBytes === undefined) return undefined;
    throw new TypeError(
      "Cannot set overlay maxMemoryBytes: it needs a spillDirectory for what is beyond it",
    );
  }
  const { maxBytes: usual } = OVERLAY_DEFAULTS;
  return {
    spillDirectory: checkHostPath("overlay spillDirectory", spillDirectory),
    maxMemoryBytes: checkWhole(
      "overlay maxMemoryBytes",
      maxMemoryBytes ?? usual,
      0,
      LARGEST_MAX_BYTES,
    ),
  };
}
