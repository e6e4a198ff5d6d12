/**
 * What a guest sees as `/` where nobody granted that: its working directory,
 * `/tmp` and what was granted. wasi-libc takes relative paths from there.
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

/** A file system and the absolute path that the guest knows it by. */
export interface GrantedFileSystem {
  readonly guest: string;
  readonly fileSystem: FileSystem;
}

/** What the tree is made of. */
export interface GuestRootOptions {
  readonly granted: readonly GrantedFileSystem[];
  /** The one, or what is in one, that relative paths lead to. */
  readonly workingDirectory: string | undefined;
  /** The most bytes in memory, in the working directory and in `/tmp` each. */
  readonly maxBytes: number;
  readonly entries: EntryBudget;
  readonly clock: FileClock;
  /** The number of the first file that is made in memory. */
  readonly firstIno: number;
  /** What is in them at first. */
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
 * The granted file system that relative paths lead to, from the directory in it
 * that was chosen; undefined for a directory in memory.
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

/** The name of the directory for what no one wants to keep. */
const TEMPORARY = "tmp";
/** How far the numbers of files of two trees are apart. */
export const INO_STEP: number = 2 ** 32;

/** The tree; it is made when the guest first uses it, as many never do. */
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

  /** What changed in the working directory, where that is the call's own. */
  changes(): FileChanges {
    return this.#own?.changes() ?? { files: {}, removed: [] };
  }

  /** Everything in the directories that are the guest's own. */
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
