/**
 * Reads a whole file in large pieces: small ones take ten times as many event
 * loop turns.
 */

/** Size of one read, between which limits and aborts are checked. */
const PIECE_BYTES = 8 * 1024 * 1024;

/**
 * Reads a file, if it has exactly its reported size.
 *
 * @param size The reported size.
 * @param check Called with the number of bytes so far; may throw.
 * @returns undefined if the size differs.
 */
export async function readWhole(
  file: Deno.FsFile,
  size: number,
  check: (length: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const end = Math.min(size, at + PIECE_BYTES);
    const count = await file.read(bytes.subarray(at, end));
    if (count === null) return undefined;
    at += count;
    check(at);
  }
  const more = await file.read(new Uint8Array(1));
  return more === null ? bytes : undefined;
}
