/**
 * What a guest sees as `/` if that is not granted: its working directory,
 * `/tmp` and the granted folders. wasi-libc resolves relative paths from there.
 */

import type { EntryBudget } from "../../fs/entry_budget.ts";
import type { FileClock } from "../../fs/file_clock.ts";
import type { FileSystem } from "../../fs/file_system.ts";
import {
  type FileChanges,
  MemoryFileSystem,
} from "../../fs/memory/memory_file_system.ts";
import { type Mount, MountedFileSystem } from "../../fs/mounted_file_system.ts";
import { SubtreeFileSystem } from "../../fs/subtree_file_system.ts";

/** A file system and its absolute guest path. */
export interface GrantedFileSystem {
  readonly guest: string;
  readonly fileSystem: FileSystem;
}

/** Options of the tree. */
export interface GuestRootOptions {
  readonly granted: readonly GrantedFileSystem[];
  /**
   * The granted directory, or one inside it, to which relative paths resolve.
   */
  readonly workingDirectory: string | undefined;
  /** The size limit of the in-memory working directory and of `/tmp`, each. */
  readonly maxBytes: number;
  readonly entries: EntryBudget;
  readonly clock: FileClock;
  /** The inode number of the first in-memory file. */
  readonly firstIno: number;
  /** Their initial files. */
  readonly files?: ScratchFiles | undefined;
}

/** Files of the directories that are the guest's own. */
export interface ScratchFiles {
  /** In the working directory, by path. */
  readonly own?: Readonly<Record<string, Uint8Array>> | undefined;
  /** In `/tmp`. */
  readonly temporary?: Readonly<Record<string, Uint8Array>> | undefined;
}

/**
 * The granted file system to which relative paths resolve, starting at the
 * chosen directory; undefined for an in-memory directory.
 */
export function workingFileSystem(
  granted: readonly GrantedFileSystem[],
  workingDirectory: string | undefined,
): FileSystem | undefined {
  if (workingDirectory === undefined) return undefined;
  const [chosen] = granted
    .filter(({ guest }) => `${workingDirectory}/`.startsWith(`${guest}/`))
    .sort((a, b) => b.guest.length - a.guest.length);
  if (!chosen || chosen.guest === workingDirectory) return chosen?.fileSystem;
  const top = workingDirectory.slice(chosen.guest.length + 1);
  return new SubtreeFileSystem(chosen.fileSystem, top);
}

/** The name of the directory for temporary files. */
const TEMPORARY = "tmp";
/** The distance between the inode ranges of two trees. */
export const INO_STEP: number = 2 ** 32;

/** The tree, created on first use, as many guests never use it. */
export class GuestRoot {
  readonly #options: GuestRootOptions;
  #tree: FileSystem | undefined;
  #own: MemoryFileSystem | undefined;
  #temporary: MemoryFileSystem | undefined;

  constructor(options: GuestRootOptions) {
    this.#options = options;
  }

  /** The tree. */
  get tree(): FileSystem {
    return this.#tree ??= this.#make();
  }

  /** Changes in the working directory, if it is private to the call. */
  changes(): FileChanges {
    return this.#own?.changes() ?? { files: {}, removed: [] };
  }

  /** All files in the guest's private directories. */
  files(): ScratchFiles {
    if (!this.#tree) return this.#options.files ?? {};
    return {
      own: this.#own?.files(),
      temporary: this.#temporary?.files(),
    };
  }

  #make(): FileSystem {
    const { granted, workingDirectory, firstIno } = this.#options;
    const mounts = granted.map(({ guest, fileSystem }): Mount => ({
      place: guest.slice(1),
      fileSystem,
    }));
    if (!mounts.some(({ place }) => place === TEMPORARY)) {
      const ino = firstIno + INO_STEP;
      const fileSystem = this.#memory(ino, this.#options.files?.temporary);
      this.#temporary = fileSystem;
      mounts.push({ place: TEMPORARY, fileSystem });
    }
    const root = workingFileSystem(granted, workingDirectory) ??
      (this.#own = this.#memory(firstIno, this.#options.files?.own));
    return new MountedFileSystem(root, mounts, this.#options.clock());
  }

  #memory(
    firstIno: number,
    files: Readonly<Record<string, Uint8Array>> = {},
  ): MemoryFileSystem {
    const { maxBytes, entries, clock } = this.#options;
    return new MemoryFileSystem(files, maxBytes, entries, { firstIno, clock });
  }
}
