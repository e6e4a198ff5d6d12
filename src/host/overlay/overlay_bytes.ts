/** What overlays take where they cross between host and worker. */

import type {
  GrantedDirectory,
  OverlayLimits,
} from "../../contract/system_grants.ts";
import { PAGE_BYTES } from "../../fs/overlay/spill/saved_content.ts";

/** What is told of one name: its node, its lower place and what it was. */
const ENTRY_BYTES = 2_048;

/** What is told of a page that is in the spill folder. */
const PIECE_BYTES = 160;

/** The most bytes of the overlays of a call together. */
export function overlayBytes(directories: readonly GrantedDirectory[]): number {
  return directories.reduce(
    (sum, { overlay, callOverlay }) => {
      const limits = overlay ?? callOverlay;
      if (!limits) return sum;
      return sum + contentBytes(limits) + limits.maxEntries * ENTRY_BYTES;
    },
    0,
  );
}

/** What is spilled is told by where it is; one page may be beyond the limit. */
function contentBytes(
  { maxBytes, maxEntries, maxMemoryBytes }: OverlayLimits,
): number {
  if (maxMemoryBytes === undefined) return maxBytes;
  const pages = Math.ceil(maxBytes / PAGE_BYTES) + maxEntries;
  return Math.min(maxBytes, maxMemoryBytes + PAGE_BYTES) + pages * PIECE_BYTES;
}
