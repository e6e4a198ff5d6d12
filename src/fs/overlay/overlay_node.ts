/** What an overlay remembers of one file, directory or link. */

import type { FileClock } from "../file_clock.ts";
import type { FileStat, FileType } from "../file_stat.ts";
import type { NewTimes } from "../file_system.ts";

/** What a node was in the lower tree. */
export interface Origin {
  /** Its place in the lower tree, which never changes. */
  readonly place: string;
  /** What it was when it was first needed. */
  readonly stat: FileStat;
}

/** What identifies what an overlay made itself, in stat. */
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

/** What every node has. */
export abstract class OverlayNode {
  abstract readonly filetype: FileType;
  abstract readonly size: number;
  readonly origin: Origin | undefined;
  readonly identity: OwnIdentity;
  nlink: number;
  readonly times: Times;
  /** The times that the guest itself asked for, to be set on commit. */
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

  /** Says that what is in it changed now. */
  changed(): void {
    this.times.mtim = this.times.ctim = this.#clock();
    this.asked.mtim = undefined;
  }

  /** Adds to, or takes from, the number of its names. */
  named(change: number): void {
    this.nlink += change;
    this.times.ctim = this.#clock();
  }
}

/** What of the lower tree is not shown any more at its name. */
export interface Hidden {
  readonly stat: FileStat;
  /** What is known of it, for a directory: whatever became of it. */
  readonly directory: OverlayDirectory | undefined;
}

/** A directory: the lower one's entries, but for what is in these maps. */
export class OverlayDirectory extends OverlayNode {
  readonly filetype: FileType = "directory";
  /** What stands at a name, where the lower tree's own does not. */
  readonly entries: Map<string, OverlayNode> = new Map();
  /** The names of these that the lower directory has for the same things. */
  readonly adopted: Set<string> = new Set();
  /** Names that the lower directory has and that are not shown. */
  readonly hidden: Map<string, Hidden> = new Map();

  get size(): number {
    return this.origin?.stat.size ?? 4096;
  }

  /** Where the lower directory is whose entries are shown, if there is one. */
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
