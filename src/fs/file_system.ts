/** What a file system is here, and how its places are written. */

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

/** How a file is opened. It is truncated afterwards, if at all. */
export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  /** Make it; fails with EXIST when something has the name. */
  readonly create: boolean;
  /** Whether `append` will be used, and not `write`. */
  readonly append: boolean;
  /** Fails with STALE for anything but what is `known`. */
  readonly exact?: boolean;
}

/** An open file, a standard stream included. Positions are in bytes. */
export interface OpenFile {
  readonly filetype: FileType;
  readonly seekable: boolean;
  /** Reads at `position`; fewer bytes than fit, 0 at the end. */
  read(into: Uint8Array, position: number): number;
  /** Writes at `position`; may write less than given. */
  write(from: Uint8Array, position: number): number;
  /**
   * Writes at the end, wherever that is by then: nothing that others append
   * at the same time is lost. Only while the file is appending.
   */
  append(from: Uint8Array): number;
  /** Changes from `write` to `append`, or back. */
  setAppending(appending: boolean): void;
  stat(): FileStat;
  setSize(size: number): void;
  /** Makes the file at least this long; never cuts it. */
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
 * follows a link**: one that meets a link on the way fails with LOOP, and at
 * the end of the way the link itself is meant. Following links is the business
 * of {@linkcode resolve}, one link at a time.
 */
export interface FileSystem {
  /** Whether anything in it may change. */
  readonly writable: boolean;
  /** What stands at a place. */
  stat(place: string): FileStat;
  /**
   * What `stat` said of a file a moment ago, when nothing was changed through
   * this tree since: enough to open it, as what is opened is compared to it.
   */
  recent?(place: string): FileStat | undefined;
  /** What a link says. */
  readLink(place: string): string;
  /**
   * Opens or makes a file that is neither directory nor link. `known` is what
   * `stat` said of it just now, to save asking again.
   */
  open(place: string, mode: OpenMode, known?: FileStat): OpenFile;
  /** What is in a directory, sorted by name. */
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

/** The directory that a place is in; the root is in itself. */
export function parentOf(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf("/")));
}

/** The last name of a place. */
export function nameOf(place: string): string {
  return place.slice(place.lastIndexOf("/") + 1);
}

/** How many directories below the root a place's own directory is. */
export function depthOf(place: string): number {
  return place.split("/").length - 1;
}
