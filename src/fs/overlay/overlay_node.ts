/** An overlay's record of a file, directory or symbolic link. */

import type { FileClock } from "../file_clock.ts";
import type { FileStat, FileType } from "../file_stat.ts";
import type { NewTimes } from "../file_system.ts";

/** The origin of a node in the lower tree. */
export interface Origin {
  /** Its place in the lower tree, which never changes. */
  readonly place: string;
  /** Its metadata when it was first used. */
  readonly stat: FileStat;
}

/** The identity that `stat` shows for nodes created by the overlay. */
export interface OwnIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Times that differ from the origin's. */
interface Times {
  atim: bigint | undefined;
  mtim: bigint | undefined;
  ctim: bigint | undefined;
}

/** The base class of overlay nodes. */
export abstract class OverlayNode {
  abstract readonly filetype: FileType;
  abstract readonly size: number;
  readonly origin: Origin | undefined;
  readonly identity: OwnIdentity;
  nlink: number;
  readonly times: Times;
  /** The times that the guest set explicitly, which a commit applies. */
  readonly asked: { atim: bigint | undefined; mtim: bigint | undefined };
  readonly #clock: FileClock;

  constructor(
    identity: OwnIdentity,
    origin: Origin | undefined,
    clock: FileClock,
  ) {
    this.#clock = clock;
    this.identity = identity;
    this.origin = origin;
    this.nlink = origin?.stat.nlink ?? 1;
    const time = origin === undefined ? clock() : undefined;
    this.times = { atim: time, mtim: time, ctim: time };
    this.asked = { atim: undefined, mtim: undefined };
  }

  stat(): FileStat {
    const { filetype, nlink, size, times, identity: { dev, ino } } = this;
    const was = this.origin?.stat;
    return {
      dev,
      ino,
      filetype,
      nlink,
      size,
      atim: times.atim ?? was?.atim ?? 0n,
      mtim: times.mtim ?? was?.mtim ?? 0n,
      ctim: times.ctim ?? was?.ctim ?? 0n,
    };
  }

  setTimes({ atim, mtim }: NewTimes): void {
    for (const [which, time] of [["atim", atim], ["mtim", mtim]] as const) {
      if (time !== undefined) this.asked[which] = this.times[which] = time;
    }
    this.times.ctim = this.#clock();
  }

  /** Records that its content changed now. */
  changed(): void {
    this.times.mtim = this.times.ctim = this.#clock();
    this.asked.mtim = undefined;
  }

  /** Changes the number of its names. */
  named(change: number): void {
    this.nlink += change;
    this.times.ctim = this.#clock();
  }
}

/** A lower entry that is no longer shown at its name. */
export interface Hidden {
  readonly stat: FileStat;
  /** For a directory: its node, wherever it has moved. */
  readonly directory: OverlayDirectory | undefined;
}

/** A directory: the entries of the lower directory, modified by these maps. */
export class OverlayDirectory extends OverlayNode {
  readonly filetype: FileType = "directory";
  /** Entries that replace or add to the lower ones. */
  readonly entries: Map<string, OverlayNode> = new Map();
  /** The names among these that are the same entries in the lower directory. */
  readonly adopted: Set<string> = new Set();
  /** Lower entries that are hidden. */
  readonly hidden: Map<string, Hidden> = new Map();

  get size(): number {
    return this.origin?.stat.size ?? 4096;
  }

  /**
   * The place of the lower directory whose entries are shown, if there is one.
   */
  get lower(): string | undefined {
    return this.origin?.place;
  }
}

/** A symbolic link. */
export class OverlayLink extends OverlayNode {
  readonly filetype: FileType = "link";
  readonly size: number;
  readonly target: string;

  constructor(
    identity: OwnIdentity,
    origin: Origin | undefined,
    clock: FileClock,
    target: string,
  ) {
    super(identity, origin, clock);
    this.target = target;
    this.size = new TextEncoder().encode(target).length;
  }
}
