/** The grants of guests that import WASI. */

/** The limits of an overlay over a host folder. */
export interface OverlayLimits {
  /** The total size limit of its files, in bytes; 64 MiB by default. */
  readonly maxBytes: number;
  /**
   * The maximum number of names that it tracks: created, changed and removed;
   * 16 384 by default.
   */
  readonly maxEntries: number;
  /**
   * A host folder for data that does not fit in memory. Only this user may be
   * able to write to it, and it may not be granted to a guest. None by default:
   * then everything stays in memory.
   */
  readonly spillDirectory?: string | URL;
  /**
   * With `spillDirectory`, the bytes of files kept in memory, during a call and
   * in its result; the rest goes to that folder. `maxBytes` limits both
   * together. 64 MiB by default.
   */
  readonly maxMemoryBytes?: number;
}

/** A host directory that guests see. */
export interface GrantedDirectory {
  /** Its guest path. */
  readonly guest: string;
  /** Its absolute host path, with symbolic links resolved. */
  readonly host: string;
  readonly write: boolean;
  /** The limits of its overlay, if it is granted with one. */
  readonly overlay?: OverlayLimits;
  /** The limits of an overlay that a call may request, if it is writable. */
  readonly callOverlay?: OverlayLimits;
  /**
   * A path to it that exhausts the number of symbolic links a path may have, if
   * there is one.
   */
  readonly anchor?: string;
  /** The folder that the anchor is in. */
  readonly anchorFolder?: string;
  /** The folder to which its overlay spills, if any. */
  readonly spill?: string;
  /** Its identity when it was granted; unknown if it did not exist. */
  readonly identity?: { readonly dev: number; readonly ino: number };
  /**
   * The locks to hold for changes, in ascending order; none if it is not
   * shared.
   */
  readonly locks?: readonly number[];
  /** Paths in it that are granted read-only. */
  readonly readOnly?: readonly string[];
}

/** Memory for granted folders, shared by all workers of this process. */
export interface SharedFolders {
  /** The memory of `FolderLocks`. */
  readonly locks: SharedArrayBuffer;
  /** The memory of `HeldDirectories`. */
  readonly held: SharedArrayBuffer;
}

/** An in-memory directory of a call. */
export interface MemoryDirectory {
  /** The absolute guest path, such as `/scratch`. */
  readonly guest: string;
  /** The initial files, by path below it. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The total size limit of its files, in bytes. */
  readonly maxBytes: number;
}

/** A deterministic clock and random numbers. */
export interface Deterministic {
  /** The initial time of the clock, in milliseconds since 1970. */
  readonly now: number;
  /** The seed of all random numbers. */
  readonly seed: number;
}

/** The grants and limits of guests that import WASI. */
export interface SystemGrants {
  readonly directories: readonly GrantedDirectory[];
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** Bytes kept of stdout and of stderr each. */
  readonly maxOutputBytes: number;
  /** Open descriptors, including streams and directories. */
  readonly maxDescriptors: number;
  /** Bytes written to host directories in one call. */
  readonly maxWriteBytes: number | undefined;
  /** The working directory, if one was set. */
  readonly workingDirectory: string | undefined;
  /** Size limit of an in-memory working directory and of `/tmp`, in bytes. */
  readonly maxScratchBytes: number;
  readonly deterministic: Deterministic | undefined;
  /** Files, directories and links created in one call. */
  readonly maxEntries: number;
  readonly shared: SharedFolders;
}
