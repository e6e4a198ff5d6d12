/** What a guest's WASI is created with. */

import type {
  Deterministic,
  MemoryDirectory,
  SharedFolders,
} from "../../contract/system_grants.ts";
import type { HostDirectory } from "../../fs/host/host_directory.ts";
import type { ScratchFiles } from "./guest_root.ts";

/**
 * The grants and settings of a guest: plain data that can be posted to a
 * worker.
 */
export interface WasiOptions {
  /** The program's arguments, its name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directories: readonly HostDirectory[];
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** The overlay state of earlier calls, by guest path. */
  readonly overlays?: Readonly<Record<string, Uint8Array>>;
  readonly limits: WasiLimits;
  readonly shared: SharedFolders;
  /** The tree that guests see as `/`, unless that is granted; none by default. */
  readonly root?: WasiRoot | undefined;
  /** A deterministic clock and random numbers. */
  readonly deterministic?: Deterministic | undefined;
  /** The minimum of its monotonic clock, in milliseconds. */
  readonly monotonicMs?: number;
}

/** What guests see as `/` if that is not granted. */
export interface WasiRoot {
  /**
   * The granted directory, or one inside it, to which relative paths resolve.
   */
  readonly workingDirectory: string | undefined;
  /** The size limit of an in-memory working directory, and of `/tmp`. */
  readonly maxBytes: number;
  /** The initial files of the guest's private directories. */
  readonly files?: ScratchFiles | undefined;
}

/** Limits on what the imports hold or store. */
export interface WasiLimits {
  /** Open descriptors, including streams and granted directories. */
  readonly maxDescriptors: number;
  /** Bytes stored in directories of the host, over the whole run. */
  readonly maxWriteBytes: number | undefined;
  /** Files, directories and links created, over the whole run. */
  readonly maxEntries: number;
}
