/** All folders that are granted and anchored in this process at the moment. */

import type { SharedFolders } from "../../contract/system_grants.ts";
import { FolderLocks, LOCKS } from "../../fs/host/folder_locks.ts";
import { Held, HeldDirectories } from "../../fs/host/held_directories.ts";
import { isSame } from "../../fs/host/host_stat.ts";
import { placeIn, type RealFolder } from "./real_folder.ts";

/** A folder that is granted at the moment. */
interface LiveGrant {
  readonly folder: RealFolder;
  readonly lock: number;
}

/**
 * What is granted to guests, over all sandboxes of a process: guests of one
 * must not move what another was granted, nor reach a link anchor.
 */
export class ProcessFolders {
  readonly #locks = new FolderLocks();
  readonly #held = new HeldDirectories();
  readonly #grants = new Map<RealFolder, LiveGrant>();

  /** What workers are told of it, now and later. */
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

  /** Takes a grant back. */
  remove(folder: RealFolder): void {
    if (this.#grants.delete(folder)) this.#release(folder, Held.Place);
  }

  /** Keeps every guest away from an anchor's folder. */
  addAnchor(folder: RealFolder): void {
    this.#hold(folder, Held.Anchor);
  }

  /** Takes an anchor back. */
  removeAnchor(folder: RealFolder): void {
    this.#release(folder, Held.Anchor);
  }

  /** Whether a folder is an anchor's, or in one. */
  isInAnchor({ way }: RealFolder): boolean {
    return way.some((one) => (this.#held.reasons(one) & Held.Anchor) !== 0);
  }

  /** Whether any grant leads to a folder, under whatever name. */
  isReachable({ path, way }: RealFolder): boolean {
    return [...this.#grants.keys()].some((grant) =>
      placeIn(grant.path, path) !== undefined ||
      way.some((one) => grant.identity && isSame(one, grant.identity))
    );
  }

  /**
   * The locks to hold for changes in a granted folder: its own and those of
   * every folder above or below it. What is granted later holds this one's.
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

  /** The one that the same folder has already, or one that is least used. */
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

/** Those of this process. */
export const PROCESS_FOLDERS: ProcessFolders = new ProcessFolders();
