/** Reads a file at once: piece by piece takes ten times as many turns. */

/** What is read in one turn: a limit may be met, or the reader give up. */
const PIECE_BYTES = 8 * 1024 * 1024;

/**
 * Reads what a file has, as far as it has as many bytes as it said.
 *
 * @param size What the file said.
 * @param check Called with how many bytes there are so far; may throw.
 * @returns undefined when it has fewer or more.
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
