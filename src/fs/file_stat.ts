/** File metadata. */

/** The type of a directory entry. */
export type FileType =
  | "file"
  | "directory"
  | "link"
  | "blockDevice"
  | "characterDevice"
  | "socket"
  | "unknown";

/** File metadata; times are in nanoseconds since 1970. */
export interface FileStat {
  readonly dev: number;
  readonly ino: number;
  readonly filetype: FileType;
  readonly nlink: number;
  readonly size: number;
  readonly atim: bigint;
  readonly mtim: bigint;
  readonly ctim: bigint;
  /** The permission bits, if the host has them. */
  readonly mode?: number;
}
