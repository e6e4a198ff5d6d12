/** Finds the granted directory that a whole path of a guest's lies in. */

import { fail } from "../../fs/error_code.ts";
import type { DirectoryDescriptor } from "../wasi/descriptor.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";

/** The number of the first granted directory. */
const FIRST_NUMBER = 3;

/** A path below a directory. */
export interface GrantedPath {
  readonly directory: DirectoryDescriptor;
  readonly path: string;
}

/**
 * Looks a path up as wasi-libc does: slashes at the beginning count for
 * nothing, and the longest name of a granted directory wins.
 */
export function grantedPath(
  { descriptors }: WasiContext,
  path: string,
): GrantedPath {
  if (path === "") fail("ENOENT");
  const wanted = bare(path);
  let found: GrantedPath | undefined;
  let longest = -1;
  for (let fd = FIRST_NUMBER; descriptors.has(fd); fd++) {
    const directory = descriptors.get(fd, 0);
    if (directory.kind !== "directory") continue;
    if (directory.preopen === undefined) continue;
    const name = withoutSlash(bare(directory.preopen));
    if (name.length <= longest || !isBelow(wanted, name)) continue;
    longest = name.length;
    const rest = bare(wanted.slice(name.length));
    found = { directory, path: rest === "" ? "." : rest };
  }
  return found ?? fail("ENOENT");
}

function isBelow(path: string, directory: string): boolean {
  if (directory === "" || path === directory) return true;
  return path.startsWith(`${directory}/`);
}

/** A path without what stands before its first name. */
function bare(path: string): string {
  let start = 0;
  while (path[start] === "/" || isDot(path, start)) start++;
  return path.slice(start);
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Whether a name that is nothing but a dot begins here. */
function isDot(path: string, at: number): boolean {
  if (path[at] !== ".") return false;
  return path[at + 1] === "/" || at + 1 === path.length;
}
