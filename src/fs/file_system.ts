/** The file system interface, and the notation of places in it. */

import type { FileStat, FileType } from "./file_stat.ts";

/** One name in a directory; `.` and `..` are not listed. */
export interface DirectoryEntry {
  readonly name: string;
  readonly filetype: FileType;
}

/** Times to set in nanoseconds; `undefined` leaves one as it is. */
export interface NewTimes {
  readonly atim: bigint | undefined;
  readonly mtim: bigint | undefined;
}

/** How a file is opened. Truncation is a separate step. */
export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  /** Create it; fails with EEXIST if the name exists. */
  readonly create: boolean;
  /** Whether `append` will be used instead of `write`. */
  readonly append: boolean;
  /** Fails with ESTALE unless it is the `known` file. */
  readonly exact?: boolean;
}

/** An open file or standard stream. Positions are in bytes. */
export interface OpenFile {
  readonly filetype: FileType;
  readonly seekable: boolean;
  /** Reads at `position`; may return fewer bytes than fit, 0 at the end. */
  read(into: Uint8Array, position: number): number;
  /** Writes at `position`; may write fewer bytes than given. */
  write(from: Uint8Array, position: number): number;
  /**
   * Writes at the current end of the file, atomically: concurrent appends are
   * not lost. Only in append mode.
   */
  append(from: Uint8Array): number;
  /** Switches between `write` and `append` mode. */
  setAppending(appending: boolean): void;
  stat(): FileStat;
  setSize(size: number): void;
  /** Extends the file to at least this length; never truncates it. */
  allocate(end: number): void;
  setTimes(times: NewTimes): void;
  sync(): void;
  close(): void;
}

/**
 * A tree of files below one preopened directory.
 *
 * A place is the names from the tree's root, joined by `/`; the root itself is
 * the empty string. No name in it is empty, `.` or `..`, and **no operation
 * follows a symbolic link**: a link in the middle of a place fails with ELOOP,
 * and at the end the link itself is meant. Only {@linkcode resolve} follows
 * links, one at a time.
 */
export interface FileSystem {
  /** Whether the tree is writable. */
  readonly writable: boolean;
  /** The metadata of a place. */
  stat(place: string): FileStat;
  /**
   * The recent result of `stat` for a file, if nothing was changed through this
   * tree since: good enough to open it, as the opened file is compared with it.
   */
  recent?(place: string): FileStat | undefined;
  /** The target of a symbolic link. */
  readLink(place: string): string;
  /**
   * Opens or creates a file that is neither a directory nor a symbolic link.
   * `known` is its current `stat`, to save another call.
   */
  open(place: string, mode: OpenMode, known?: FileStat): OpenFile;
  /** The entries of a directory, sorted by name. */
  list(place: string): DirectoryEntry[];
  makeDirectory(place: string): void;
  removeDirectory(place: string): void;
  unlink(place: string): void;
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
  symlink(target: string, place: string): void;
  setTimes(place: string, times: NewTimes): void;
}

/** The place of `name` in a directory. */
export function join(directory: string, name: string): string {
  if (directory === "") return name;
  return name === "" ? directory : `${directory}/${name}`;
}

/** The parent directory of a place; the root's parent is itself. */
export function parentOf(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf("/")));
}

/** The last name of a place. */
export function nameOf(place: string): string {
  return place.slice(place.lastIndexOf("/") + 1);
}

/** The depth of a place's parent directory below the root. */
export function depthOf(place: string): number {
  return place.split("/").length - 1;
}
