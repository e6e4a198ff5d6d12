/** Lists host directories, up to a maximum size. */

import { fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";

/** The maximum number of names listed from one directory. */
const MOST_NAMES = 100_000;
/**
 * The largest directory that is listed, by its reported size in bytes: some 20
 * per name in memory, 16 to 300 on disk.
 */
const MOST_DIRECTORY_BYTES = 6 * 1024 * 1024;

/**
 * Fails for a directory that is too large to be read at once.
 *
 * Deno reads all names before it returns the first, at 2 to 4 microseconds
 * each, and can't be stopped meanwhile. So the size is checked beforehand.
 */
export function checkListable(directory: Pick<FileStat, "size">): void {
  if (directory.size > MOST_DIRECTORY_BYTES) fail("EOVERFLOW");
}

/**
 * The entries of a directory, unsorted; EOVERFLOW if there are more than
 * `most`.
 */
export function readNames(
  path: string,
  most: number = MOST_NAMES,
): Deno.DirEntry[] {
  const entries: Deno.DirEntry[] = [];
  for (const entry of Deno.readDirSync(path)) {
    if (entries.length >= most) fail("EOVERFLOW");
    entries.push(entry);
  }
  return entries;
}

/** Whether two readings found the same names. */
export function sameNames(a: Deno.DirEntry[], b: Deno.DirEntry[]): boolean {
  if (a.length !== b.length) return false;
  const names = new Set(a.map((entry) => entry.name));
  return b.every((entry) => names.has(entry.name));
}
