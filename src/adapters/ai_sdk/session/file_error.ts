/** Errors of a session's file operations. */

import { quote } from "../../../quote.ts";

/**
 * The exit codes of the file program, named as in the WASI specification.
 *
 * @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#errno
 */
export const FILE_ERRNO: Readonly<Record<string, number>> = {
  ACCES: 2,
  BUSY: 10,
  DQUOT: 19,
  EXIST: 20,
  FBIG: 22,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOMEM: 48,
  NOSPC: 51,
  NOTDIR: 54,
  NOTSUP: 58,
  NXIO: 60,
  PERM: 63,
  ROFS: 69,
  STALE: 72,
  NOTCAPABLE: 76,
};

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(FILE_ERRNO).map(([name, number]) => [number, `E${name}`]),
);

/** Messages for the common errors. */
const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: "the host does not allow it",
  EEXIST: "something else is there",
  EFBIG: "it is larger than the limit",
  EINVAL: "the path is impossible",
  EISDIR: "it is a folder",
  ELOOP: "it leads through too many links",
  ENAMETOOLONG: "the path is too long",
  ENOENT: "it is not there",
  ENOSPC: "there is no room",
  ENOTDIR: "it is not a folder",
  EPERM: "it leads out of the folder",
  EROFS: "the folder is granted for reading only",
};

/** The operation on a path. */
export type FileAct = "use" | "read" | "write" | "stat" | "list" | "delete";

/** A file operation of a session failed. */
export class SandboxFileError extends Error {
  /** Always the name of the class. */
  override readonly name = "SandboxFileError";
  /** The POSIX name of the error, such as `EISDIR`. */
  readonly code: string;
  /** The path as given. */
  readonly path: string;

  /** Created by the session only. */
  constructor(act: FileAct, path: string, code: string, detail?: string) {
    const why = detail ?? SENTENCES[code] ?? "the system refused";
    super(`Cannot ${act} ${quote(path)}: ${why} (${code})`);
    this.code = code;
    this.path = path;
  }
}

/** The POSIX name for an exit code of the file program. */
export function codeOfExit(exitCode: number): string {
  // POSIX has no capabilities: the missing right is write access.
  if (exitCode === FILE_ERRNO.NOTCAPABLE) return "EROFS";
  return NAMES.get(exitCode) ?? "EIO";
}
