/**
 * The state of an instance between two calls, of which a snapshot is made. One
 * worker saves it and others restore it, so everything in it can be posted; the
 * memories are shared by all workers that restore them.
 */

/** One memory: its size and its non-zero ranges. */
export interface MemoryImage {
  /** At least as large as the saved memory; holds its contents at `runs`. */
  readonly contents: WebAssembly.Memory;
  /** Pages of 64 KiB. */
  readonly pages: number;
  /** Pairs of a first page and a count, in pages of `IMAGE_PAGE_BYTES`. */
  readonly runs: Uint32Array;
}

/** An in-memory directory: its name, its limit, and its contents. */
export interface DirectoryImage {
  readonly guest: string;
  readonly maxBytes: number;
  /**
   * Whether it is a granted directory: then only the differences are stored.
   */
  readonly isGranted: boolean;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Paths of the granted directory that no longer exist. */
  readonly removed: readonly string[];
}

/** All state that a call can change and a later one can observe. */
export interface StateImage {
  readonly memories: readonly MemoryImage[];
  /** In the order of the plan's `state.globals`. */
  readonly globals: readonly (number | bigint)[];
  /** In the order of the plan's `state.tables`: see `TableState`. */
  readonly tables: readonly Int32Array[];
  /** The granted host directories when it was taken. */
  readonly hostDirectories: readonly string[];
  readonly directories: readonly DirectoryImage[];
  /**
   * The contents of the working directory and of `/tmp`, if they are private to
   * it.
   */
  readonly scratch: {
    readonly own?: Readonly<Record<string, Uint8Array>> | undefined;
    readonly temporary?: Readonly<Record<string, Uint8Array>> | undefined;
  };
  /** The overlays' differences from their folders, by guest path. */
  readonly overlays: Readonly<Record<string, Uint8Array>>;
  /** The time of the monotonic clock, in milliseconds. */
  readonly monotonicMs: number;
}
