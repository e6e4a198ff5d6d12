/** What overlays take where they cross between host and worker. */

import type { GrantedDirectory } from "../../contract/system_grants.ts";

/** What is told of one name: its node, its lower place and what it was. */
const ENTRY_BYTES = 2_048;

/** The most bytes of the overlays of a call together. */
export function overlayBytes(directories: readonly GrantedDirectory[]): number {
  return directories.reduce(
    (sum, { overlay, callOverlay }) => {
      const limits = overlay ?? callOverlay;
      if (!limits) return sum;
      return sum + limits.maxBytes + limits.maxEntries * ENTRY_BYTES;
    },
    0,
  );
}
