/** What guests that import WASI are given. */

/** What an overlay over a host folder may hold. */
export interface OverlayLimits {
  /** The most bytes that the files in it have together; 64 MiB by default. */
  readonly maxBytes: number;
  /**
   * The most names that it remembers, made, changed and removed ones; 16 384 by
   * default.
   */
  readonly maxEntries: number;
  /**
   * A folder of the host for what has no room in memory. Nobody but this user
   * may be able to write there, and no guest may be granted it. None by
   * default: then everything is in memory.
   */
  readonly spillDirectory?: string | URL;
  /**
   * With `spillDirectory`, the bytes of files that are in memory during a call
   * and in what it leaves; the others are in that folder. `maxBytes` is for
   * both together. 64 MiB by default.
   */
  readonly maxMemoryBytes?: number;
}

/** A host directory that guests see. */
export interface GrantedDirectory {
  /** The name that guests know it by. */
  readonly guest: string;
  /** Its absolute path on the host, without links. */
  readonly host: string;
  readonly write: boolean;
  /** That guests change a layer over it, and what that may hold. */
  readonly overlay?: OverlayLimits;
  /** What a layer may hold that a call asks for, where it may write. */
  readonly callOverlay?: OverlayLimits;
  /** A path to it that uses up the links a path may have, if there is one. */
  readonly anchor?: string;
  /** The folder that the anchor is in. */
  readonly anchorFolder?: string;
  /** Where an overlay puts what has no room in memory, if it may. */
  readonly spill?: string;
  /** What it was when it was granted; unknown for one that was not there. */
  readonly identity?: { readonly dev: number; readonly ino: number };
  /** The locks to hold for changes, ascending; none if nobody else is there. */
  readonly locks?: readonly number[];
  /** Places in it that are granted for reading only. */
  readonly readOnly?: readonly string[];
}

/** Memory about granted folders that all workers of this process share. */
export interface SharedFolders {
  /** What `FolderLocks` works on. */
  readonly locks: SharedArrayBuffer;
  /** What `HeldDirectories` works on. */
  readonly held: SharedArrayBuffer;
}

/** A directory that lives in memory during a call. */
export interface MemoryDirectory {
  /** Absolute path that the guest sees, such as `/scratch`. */
  readonly guest: string;
  /** What is in it at first, by path below it. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The most bytes that its files may have together. */
  readonly maxBytes: number;
}

/** A clock and randomness that are the same in every run. */
export interface Deterministic {
  /** What the clock shows at the start, in milliseconds since 1970. */
  readonly now: number;
  /** What all random numbers follow from. */
  readonly seed: number;
}

/** What guests that import WASI are given, and their limits. */
export interface SystemGrants {
  readonly directories: readonly GrantedDirectory[];
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** Bytes kept of stdout and of stderr each. */
  readonly maxOutputBytes: number;
  /** Open descriptors, streams and directories included. */
  readonly maxDescriptors: number;
  /** Bytes written to host directories in one call. */
  readonly maxWriteBytes: number | undefined;
  /** Where relative paths lead, if that was said. */
  readonly workingDirectory: string | undefined;
  /** Bytes of a working directory in memory, and of `/tmp`. */
  readonly maxScratchBytes: number;
  readonly deterministic: Deterministic | undefined;
  /** Files, directories and links made in one call. */
  readonly maxEntries: number;
  readonly shared: SharedFolders;
}
