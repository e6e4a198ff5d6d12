/** The spill folder of one sandbox. */

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

/** Suffix of the lock file of a folder in use. */
const LOCK = ".lock";
/** Precision of file times. */
const CLOCK_MS = 2_000;

/**
 * A new folder that exists as long as the sandbox. Next to it is a file that
 * this process keeps locked: if it is not locked, its process has ended, and
 * the next process removes both.
 */
export class SpillFolder {
  /** Its absolute path. */
  readonly path: string;
  readonly #directory: string;
  readonly #owned: OwnedFolder;
  readonly #lock: Deno.FsFile;
  /** Reference counts of files. */
  readonly #needed = new Map<string, number>();
  /** Start times of the running calls. */
  readonly #running = new Set<{ readonly since: number }>();
  #isHeld = false;
  readonly #unload: () => void = () => this.close();

  /**
   * @throws {PermissionDenied} when this process may not read and write there.
   * @throws {TypeError} when other users may write there.
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
   * @throws {PermissionDenied} when a granted folder leads to it.
   */
  hold(): void {
    holdOwnedFolder(this.#directory, this.#owned, SPILL_USE);
    this.#isHeld = true;
  }

  /**
   * Keeps files.
   *
   * @returns a function that releases them, once.
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
   * Records that a call begins: files that it writes are kept until it ends.
   *
   * @returns a function to call when it has ended.
   */
  begin(): () => void {
    const call = { since: Date.now() };
    this.#running.add(call);
    return () => {
      this.#running.delete(call);
      this.#sweep();
    };
  }

  /** Removes it with its content. */
  close(): void {
    removeEventListener("unload", this.#unload);
    if (this.#isHeld) releaseOwnedFolder(this.#owned);
    this.#isHeld = false;
    remove(this.path);
    remove(this.path + LOCK);
    try {
      this.#lock.close();
    } catch {
      // Already closed.
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

  /**
   * Removes files left by calls that were stopped before they could report
   * them.
   */
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

/**
 * Opens only our own regular file: opening anything else might block forever.
 */
function openLock(path: string, uid: number): Deno.FsFile | undefined {
  try {
    if (!isOwnFile(Deno.lstatSync(path), uid)) return undefined;
    return Deno.openSync(path, { read: true, write: true });
  } catch {
    return undefined;
  }
}

/**
 * The lock is created first, so that nobody takes the folder for a leftover.
 */
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
    // Another process has removed it.
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

/** Symbolic links in it are removed, not followed. */
function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Someone else has removed it already.
  }
}
