/**
 * The state of an instance between two calls: what a snapshot is made of. It is
 * taken by one worker and put back by others, so everything in it can be
 * posted; the memories are shared between all workers that put them back.
 */

/** One memory: its size, and where it is not zero. */
export interface MemoryImage {
  /** At least as large as the memory was; holds what it held in `runs`. */
  readonly contents: WebAssembly.Memory;
  /** Pages of 64 KiB. */
  readonly pages: number;
  /** Pairs: the first of `IMAGE_PAGE_BYTES` pages, and how many. */
  readonly runs: Uint32Array;
}

/** A directory in memory: its name, its limit, and what is in it. */
export interface DirectoryImage {
  readonly guest: string;
  readonly maxBytes: number;
  /** Whether it is a granted one: then only what differs from that is here. */
  readonly isGranted: boolean;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Paths of the granted directory that are not there any more. */
  readonly removed: readonly string[];
}

/** Everything that a call can change and a later one can see. */
export interface StateImage {
  readonly memories: readonly MemoryImage[];
  /** In the order of the plan's `state.globals`. */
  readonly globals: readonly (number | bigint)[];
  /** In the order of the plan's `state.tables`: see `TableState`. */
  readonly tables: readonly Int32Array[];
  /** The granted host directories that it was taken with. */
  readonly hostDirectories: readonly string[];
  readonly directories: readonly DirectoryImage[];
  /** What is in the working directory and in `/tmp`, where they are its own. */
  readonly scratch: {
    readonly own?: Readonly<Record<string, Uint8Array>> | undefined;
    readonly temporary?: Readonly<Record<string, Uint8Array>> | undefined;
  };
  /** What differs from the folders below overlays, by guest name. */
  readonly overlays: Readonly<Record<string, Uint8Array>>;
  /** What the monotonic clock showed, in milliseconds. */
  readonly monotonicMs: number;
}
