/** The folder of one sandbox for what overlays have no room for in memory. */

import { basename, join } from "../../config/host_path.ts";
import { SPILL_FILE } from "../../fs/overlay/spill/saved_content.ts";
import {
  holdOwnedFolder,
  isOwnFile,
  openOwnedFolder,
  type OwnedFolder,
  releaseOwnedFolder,
  SPILL_USE,
} from "../kept/owned_folder.ts";

/** What says that the folder beside it, of the same name, is in use. */
const LOCK = ".lock";
/** How exact file systems and clocks are about when a file was written. */
const CLOCK_MS = 2_000;

/**
 * A new folder, for as long as the sandbox is there. Beside it is a file that
 * this process holds locked: where nobody does, whoever made them has ended, and
 * the next one removes both.
 */
export class SpillFolder {
  /** Its absolute path. */
  readonly path: string;
  readonly #directory: string;
  readonly #owned: OwnedFolder;
  readonly #lock: Deno.FsFile;
  /** How often each file is needed. */
  readonly #needed = new Map<string, number>();
  /** When each of the calls that run began. */
  readonly #running = new Set<{ readonly since: number }>();
  #isHeld = false;
  readonly #unload: () => void = () => this.close();

  /**
   * @throws {PermissionDenied} when this process may not read and write there.
   * @throws {TypeError} when somebody else may write there.
   */
  constructor(directory: string) {
    this.#directory = directory;
    this.#owned = openOwnedFolder(directory, SPILL_USE);
    removeLeftovers(this.#owned);
    const { path, lock } = newFolder(this.#owned.path);
    this.path = path;
    this.#lock = lock;
    addEventListener("unload", this.#unload);
  }

  /**
   * Keeps every guest away from it.
   *
   * @throws {PermissionDenied} when one was granted a folder that leads to it.
   */
  hold(): void {
    holdOwnedFolder(this.#directory, this.#owned, SPILL_USE);
    this.#isHeld = true;
  }

  /**
   * Keeps files.
   *
   * @returns what lets go of them, once.
   */
  keep(names: readonly string[]): () => void {
    for (const name of names) {
      this.#needed.set(name, (this.#needed.get(name) ?? 0) + 1);
    }
    let isKept = true;
    return () => {
      if (isKept) names.forEach((name) => this.#letGo(name));
      isKept = false;
    };
  }

  /**
   * Says that a call begins: what it writes is kept until it has ended.
   *
   * @returns what says that it has.
   */
  begin(): () => void {
    const call = { since: Date.now() };
    this.#running.add(call);
    return () => {
      this.#running.delete(call);
      this.#sweep();
    };
  }

  /** Removes it with all that is in it. */
  close(): void {
    removeEventListener("unload", this.#unload);
    if (this.#isHeld) releaseOwnedFolder(this.#owned);
    this.#isHeld = false;
    remove(this.path);
    remove(this.path + LOCK);
    try {
      this.#lock.close();
    } catch {
      // It was closed before.
    }
  }

  #letGo(name: string): void {
    const left = (this.#needed.get(name) ?? 0) - 1;
    if (left > 0) {
      this.#needed.set(name, left);
      return;
    }
    this.#needed.delete(name);
    remove(join(this.path, name));
  }

  /** Removes what calls left that were ended before they could tell of it. */
  #sweep(): void {
    const oldest = [...this.#running]
      .reduce((least, { since }) => Math.min(least, since), Infinity);
    for (const name of namesIn(this.path)) {
      if (this.#needed.has(name)) continue;
      const path = join(this.path, name);
      if (writtenMs(path) < oldest - CLOCK_MS) remove(path);
    }
  }
}

/** Folders of processes that have ended. */
function removeLeftovers({ path, uid }: OwnedFolder): void {
  for (const name of namesIn(path)) {
    const id = basename(name, LOCK);
    if (id === name || !SPILL_FILE.test(id)) continue;
    const lock = openLock(join(path, name), uid);
    if (!lock) continue;
    try {
      if (!lock.tryLockSync(true)) continue;
      remove(join(path, id));
      remove(join(path, name));
    } finally {
      lock.close();
    }
  }
}

/** Nothing but a file of ours: opening another might wait for ever. */
function openLock(path: string, uid: number): Deno.FsFile | undefined {
  try {
    if (!isOwnFile(Deno.lstatSync(path), uid)) return undefined;
    return Deno.openSync(path, { read: true, write: true });
  } catch {
    return undefined;
  }
}

/** The lock is there first, so that nobody takes the folder for a leftover. */
function newFolder(
  parent: string,
): { readonly path: string; readonly lock: Deno.FsFile } {
  for (;;) {
    const path = join(parent, crypto.randomUUID());
    const options = { read: true, write: true, createNew: true, mode: 0o600 };
    const lock = Deno.openSync(path + LOCK, options);
    if (lock.tryLockSync(true) && isThere(path + LOCK)) {
      Deno.mkdirSync(path, { mode: 0o700 });
      return { path, lock };
    }
    // Somebody who tidied up was faster.
    lock.close();
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

function namesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}

function writtenMs(path: string): number {
  try {
    return Deno.lstatSync(path).mtime?.getTime() ?? 0;
  } catch {
    return Infinity;
  }
}

/** Links in it are removed, and not followed. */
function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Somebody else has tidied up.
  }
}
