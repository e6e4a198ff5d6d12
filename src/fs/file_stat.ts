/** What a file system knows of a file. */

/** What kind of thing has a name. */
export type FileType =
  | "file"
  | "directory"
  | "link"
  | "blockDevice"
  | "characterDevice"
  | "socket"
  | "unknown";

/** What is known of a file; times in nanoseconds since 1970. */
export interface FileStat {
  readonly dev: number;
  readonly ino: number;
  readonly filetype: FileType;
  readonly nlink: number;
  readonly size: number;
  readonly atim: bigint;
  readonly mtim: bigint;
  readonly ctim: bigint;
  /** Who may do what, where the host has such bits. */
  readonly mode?: number;
}
