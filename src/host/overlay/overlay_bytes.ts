/** Maximum sizes of overlays when sent between host and worker. */

import type {
  GrantedDirectory,
  OverlayLimits,
} from "../../contract/system_grants.ts";
import { PAGE_BYTES } from "../../fs/overlay/spill/saved_content.ts";

/** Size of one name's record: its node, its lower place and its origin. */
const ENTRY_BYTES = 2_048;

/** Size of the record of a spilled page. */
const PIECE_BYTES = 160;

/** The maximum total size of a call's overlays. */
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

/** Spilled pages are sent as references; one page may exceed the limit. */
function contentBytes(
  { maxBytes, maxEntries, maxMemoryBytes }: OverlayLimits,
): number {
  if (maxMemoryBytes === undefined) return maxBytes;
  const pages = Math.ceil(maxBytes / PAGE_BYTES) + maxEntries;
  return Math.min(maxBytes, maxMemoryBytes + PAGE_BYTES) + pages * PIECE_BYTES;
}
