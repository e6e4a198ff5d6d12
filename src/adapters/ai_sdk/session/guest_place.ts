/** Resolves a session's path to a folder and a path below it. */

import { SandboxFileError } from "./file_error.ts";

/** A guest folder, and a path below it. */
export interface GuestPlace {
  /** The full path, without `.` and `..`. */
  readonly path: string;
  /** The path of the folder; `/` if none is granted. */
  readonly folder: string;
  /** The rest of the path; `.` is the folder itself. */
  readonly rest: string;
  /** Whether a folder is granted there. */
  readonly isGranted: boolean;
}

/** The limit of Linux. */
const MAX_LENGTH = 4_096;

/**
 * Finds the folder of a path. `..` is resolved lexically, as by a shell;
 * symbolic links are resolved by the guest, which can't leave the folder.
 *
 * @param base The base of relative paths.
 * @throws {SandboxFileError} when it is empty, too long or has a NUL.
 * @throws {TypeError} when it is not a string.
 */
export function guestPlace(
  given: string,
  base: string,
  folders: readonly string[],
): GuestPlace {
  if (typeof given !== "string") {
    throw new TypeError(`Cannot use path: expected text, got ${typeof given}`);
  }
  if (given === "") throw new SandboxFileError("use", given, "ENOENT");
  if (given.length > MAX_LENGTH) {
    throw new SandboxFileError("use", given, "ENAMETOOLONG");
  }
  if (given.includes("\0")) throw new SandboxFileError("use", given, "EINVAL");
  const path = normalized(given.startsWith("/") ? given : `${base}/${given}`);
  const folder = folders.filter((one) => isIn(path, one))
    .sort((a, b) => b.length - a.length)[0];
  const start = folder ?? "/";
  const rest = path.slice(start === "/" ? 1 : start.length + 1);
  return {
    path,
    folder: start,
    rest: rest === "" ? "." : rest,
    isGranted: folder !== undefined,
  };
}

function isIn(path: string, folder: string): boolean {
  return folder === "/" || `${path}/`.startsWith(`${folder}/`);
}

function normalized(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") names.pop();
    else names.push(name);
  }
  return `/${names.join("/")}`;
}
