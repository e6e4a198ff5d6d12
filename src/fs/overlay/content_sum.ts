/**
 * A checksum of small files, to detect changes that times and sizes don't show.
 */

/** Larger files have no checksum. */
export const MOST_SUMMED_BYTES = 65_536;

/**
 * FNV-1a in 32 bits. It detects accidental changes, not crafted ones: whoever
 * can write to the folder does not need the overlay.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function sumOf(bytes: Uint8Array): number | undefined {
  if (bytes.length > MOST_SUMMED_BYTES) return undefined;
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
