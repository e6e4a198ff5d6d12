/** Finds the granted directory that contains a guest's absolute path. */

import { fail } from "../../fs/error_code.ts";
import type { DirectoryDescriptor } from "../wasi/descriptor.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";

/** The descriptor of the first granted directory. */
const FIRST_NUMBER = 3;

/** A path relative to a directory. */
export interface GrantedPath {
  readonly directory: DirectoryDescriptor;
  readonly path: string;
}

/**
 * Looks up a path as wasi-libc does: leading slashes are ignored, and the
 * longest matching directory name wins.
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

/** A path without leading slashes and dots. */
function bare(path: string): string {
  let start = 0;
  while (path[start] === "/" || isDot(path, start)) start++;
  return path.slice(start);
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Whether a `.` component starts here. */
function isDot(path: string, at: number): boolean {
  if (path[at] !== ".") return false;
  return path[at + 1] === "/" || at + 1 === path.length;
}
