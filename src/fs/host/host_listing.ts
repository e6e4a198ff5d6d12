/** Reading the names in a directory of the host, and when there are too many. */

import { fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";

/** The most names that are listed of one directory. */
const MOST_NAMES = 100_000;
/**
 * The largest directory that is listed, in the bytes that it says it has: some
 * 20 a name where names lie in memory, 16 to 300 on a disk.
 */
const MOST_DIRECTORY_BYTES = 6 * 1024 * 1024;

/**
 * Fails for a directory that is too large to be read in one go.
 *
 * Deno reads all names before it tells the first, at 2 to 4 microseconds each,
 * and nothing can stop it meanwhile. So how large the directory is must tell.
 */
export function checkListable(directory: Pick<FileStat, "size">): void {
  if (directory.size > MOST_DIRECTORY_BYTES) fail("EOVERFLOW");
}

/** What is in a directory, unsorted; OVERFLOW when that is more than `most`. */
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
