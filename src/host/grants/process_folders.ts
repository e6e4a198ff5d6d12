/**
 * Tracks all folders that are currently granted or anchored in this process.
 */

import type { SharedFolders } from "../../contract/system_grants.ts";
import { FolderLocks, LOCKS } from "../../fs/host/folder_locks.ts";
import { Held, HeldDirectories } from "../../fs/host/held_directories.ts";
import { isSame } from "../../fs/host/host_stat.ts";
import { placeIn, type RealFolder } from "./real_folder.ts";

/** A currently granted folder. */
interface LiveGrant {
  readonly folder: RealFolder;
  readonly lock: number;
}

/**
 * The grants of all sandboxes of a process: guests of one must not move what
 * another was granted, or reach a link anchor.
 */
export class ProcessFolders {
  readonly #locks = new FolderLocks();
  readonly #held = new HeldDirectories();
  readonly #grants = new Map<RealFolder, LiveGrant>();

  /** The shared memory that informs workers. */
  get shared(): SharedFolders {
    return { locks: this.#locks.buffer, held: this.#held.buffer };
  }

  /**
   * Adds a grant.
   *
   * @throws {RangeError} when there are too many.
   */
  add(folder: RealFolder): void {
    this.#hold(folder, Held.Place);
    this.#grants.set(folder, { folder, lock: this.#lockFor(folder) });
  }

  /** Removes a grant. */
  remove(folder: RealFolder): void {
    if (this.#grants.delete(folder)) this.#release(folder, Held.Place);
  }

  /** Keeps every guest away from an anchor's folder. */
  addAnchor(folder: RealFolder): void {
    this.#hold(folder, Held.Anchor);
  }

  /** Removes an anchor. */
  removeAnchor(folder: RealFolder): void {
    this.#release(folder, Held.Anchor);
  }

  /** Whether a folder is an anchor's, or in one. */
  isInAnchor({ way }: RealFolder): boolean {
    return way.some((one) => (this.#held.reasons(one) & Held.Anchor) !== 0);
  }

  /** Whether any grant leads to a folder, under any name. */
  isReachable({ path, way }: RealFolder): boolean {
    return [...this.#grants.keys()].some((grant) =>
      placeIn(grant.path, path) !== undefined ||
      way.some((one) => grant.identity && isSame(one, grant.identity))
    );
  }

  /**
   * The locks to hold for changes in a granted folder: its own and those of
   * every granted folder above or below it. Later grants include this one's
   * lock.
   */
  locksOf({ path }: RealFolder): number[] {
    const locks = new Set<number>();
    for (const { folder, lock } of this.#grants.values()) {
      const overlaps = placeIn(folder.path, path) !== undefined ||
        placeIn(path, folder.path) !== undefined;
      if (overlaps) locks.add(lock);
    }
    return [...locks].sort((a, b) => a - b);
  }

  /** The lock that the same folder already has, or the least used one. */
  #lockFor(wanted: RealFolder): number {
    const uses = new Uint32Array(LOCKS + 1);
    for (const { folder, lock } of this.#grants.values()) {
      if (folder.path === wanted.path) return lock;
      uses[lock]!++;
    }
    const own = uses.subarray(1);
    return own.indexOf(own.reduce((a, b) => Math.min(a, b))) + 1;
  }

  #hold({ way }: RealFolder, reason: number): void {
    const [itself, ...above] = way;
    if (itself) this.#held.hold(itself, reason);
    for (const one of above) this.#held.hold(one, Held.Place);
  }

  #release({ way }: RealFolder, reason: number): void {
    const [itself, ...above] = way;
    if (itself) this.#held.release(itself, reason);
    for (const one of above) this.#held.release(one, Held.Place);
  }
}

/** The instance of this process. */
export const PROCESS_FOLDERS: ProcessFolders = new ProcessFolders();
