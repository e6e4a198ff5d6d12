/** The size of a snapshot. */

import { IMAGE_PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { StateImage } from "../../contract/state_image.ts";

/** The approximate number of non-zero bytes in the image. */
export function imageBytes(
  { memories, directories, scratch, overlays }: StateImage,
): number {
  let bytes = 0;
  for (const { runs } of memories) {
    for (let i = 1; i < runs.length; i += 2) {
      bytes += runs[i]! * IMAGE_PAGE_BYTES;
    }
  }
  const { own = {}, temporary = {} } = scratch;
  for (
    const files of [
      ...directories.map((one) => one.files),
      own,
      temporary,
      overlays,
    ]
  ) {
    for (const { length } of Object.values(files)) bytes += length;
  }
  return bytes;
}
