/** Host directories that no guest may move, whatever its grants. */

import type { HostIdentity } from "./host_stat.ts";

/** Why a directory is held; a directory can be held for both reasons. */
export const Held = {
  /** A granted folder or a link anchor, or a parent of one. */
  Place: 1,
  /** A link anchor's folder: nothing in it may change either. */
  Anchor: 2,
} as const;

/** Maximum number of held directories. */
const CAPACITY = 16_384;
const HEADER_BYTES = 16;
const ENTRY_NUMBERS = 3;

/** How often a directory is held, by reason. */
interface Count {
  readonly entry: number;
  places: number;
  anchors: number;
}

/**
 * The held directories of a process, in shared memory, so that a worker knows
 * what was granted or anchored after it started.
 *
 * ```text
 *   byte 0         4         8       12       16
 *   ┌────────────┬─────────┬───────┬────────┬──────────────────────────┬ …
 *   │ entries in │ live    │ moves │ unused │ reasons │ device │ inode │
 *   │ use so far │ anchors │       │        │ f64     │ f64    │ f64   │
 *   └────────────┴─────────┴───────┴────────┴──────────────────────────┴ …
 * ```
 *
 * One thread writes entries: the host's. An entry's reasons are written last, and are
 * 0 while it is free.
 */
export class HeldDirectories {
  readonly buffer: SharedArrayBuffer;
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #entries: Float64Array<SharedArrayBuffer>;
  readonly #counts = new Map<string, Count>();
  readonly #free: number[] = [];

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer(
      HEADER_BYTES + CAPACITY * ENTRY_NUMBERS * 8,
    ),
  ) {
    this.buffer = buffer;
    this.#header = new Int32Array(buffer, 0, 3);
    this.#entries = new Float64Array(buffer, HEADER_BYTES);
  }

  /** Whether there are any anchors. */
  get hasAnchors(): boolean {
    return Atomics.load(this.#header, 1) > 0;
  }

  /** Counts moves, which may have given a directory another path. */
  get moves(): number {
    return Atomics.load(this.#header, 2);
  }

  /** Records that a directory was moved. */
  noteMove(): void {
    Atomics.add(this.#header, 2, 1);
  }

  /** The reasons why a directory is held: bits of {@linkcode Held}, or 0. */
  reasons({ dev, ino }: HostIdentity): number {
    const end = Atomics.load(this.#header, 0) * ENTRY_NUMBERS;
    const entries = this.#entries;
    for (let at = 0; at < end; at += ENTRY_NUMBERS) {
      const isSame = entries[at + 2] === ino && entries[at + 1] === dev;
      // A free entry may still have an inode that was reused.
      if (isSame && entries[at] !== 0) return entries[at]!;
    }
    return 0;
  }

  /**
   * Holds a directory once more.
   *
   * @throws {RangeError} when there is no room.
   */
  hold(directory: HostIdentity, reason: number): void {
    const key = keyOf(directory);
    let count = this.#counts.get(key);
    if (count === undefined) {
      const entry = this.#newEntry();
      this.#entries.set([0, directory.dev, directory.ino], entry);
      count = { entry, places: 0, anchors: 0 };
      this.#counts.set(key, count);
    }
    this.#add(count, reason, 1);
  }

  /** Undoes one `hold`. */
  release(directory: HostIdentity, reason: number): void {
    const key = keyOf(directory);
    const count = this.#counts.get(key);
    if (count === undefined) return;
    this.#add(count, reason, -1);
    if (count.places + count.anchors > 0) return;
    this.#counts.delete(key);
    this.#free.push(count.entry);
  }

  #add(count: Count, reason: number, change: number): void {
    if ((reason & Held.Place) !== 0) count.places += change;
    if ((reason & Held.Anchor) !== 0) {
      count.anchors += change;
      Atomics.add(this.#header, 1, change);
      this.noteMove();
    }
    this.#entries[count.entry] = (count.places > 0 ? Held.Place : 0) |
      (count.anchors > 0 ? Held.Anchor : 0);
  }

  #newEntry(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const used = Atomics.load(this.#header, 0);
    if (used === CAPACITY) {
      throw new RangeError(
        `Cannot grant another folder: ${CAPACITY} directories are held already`,
      );
    }
    Atomics.store(this.#header, 0, used + 1);
    return used * ENTRY_NUMBERS;
  }
}

function keyOf({ dev, ino }: HostIdentity): string {
  return `${dev}:${ino}`;
}
