/** An open file of the host, as guests read and write it. */

import type { FileStat, FileType } from "../file_stat.ts";
import * as fs from "node:fs";
import { fail } from "../error_code.ts";
import type { HostFileSystemContext } from "./host_directory.ts";
import { type ExactTimes, isSame, statOfStats } from "./host_stat.ts";
import type { NewTimes, OpenFile } from "../file_system.ts";

/** What an open file shares with the others of its guest. */
type Shared = Pick<HostFileSystemContext, "budget" | "files" | "times">;

/** A regular file of the host, open, and known to be the one that was meant. */
export class HostFile implements OpenFile {
  readonly filetype: FileType = "file";
  readonly seekable = true;
  readonly #shared: Shared;
  readonly #reopen: (appending: boolean) => number;
  #fd: number;
  #isAppending: boolean;

  /**
   * @param fd Opened through `shared.files`.
   * @param isAppending Whether it was opened to append.
   * @param reopen Opens what now stands where the file was opened, to append
   * or not to.
   */
  constructor(
    fd: number,
    isAppending: boolean,
    shared: Shared,
    reopen: (appending: boolean) => number,
  ) {
    this.#fd = fd;
    this.#isAppending = isAppending;
    this.#shared = shared;
    this.#reopen = reopen;
  }

  read(into: Uint8Array, position: number): number {
    return fs.readSync(this.#fd, into, 0, into.length, position);
  }

  /** What a file gets beyond its end, it pays for from its end on. */
  write(from: Uint8Array, position: number): number {
    return this.#writeAt(this.#fd, from, position);
  }

  append(from: Uint8Array): number {
    return this.#write(this.#fd, from, null);
  }

  setAppending(appending: boolean): void {
    const old = this.#fd;
    this.#fd = this.#openedAgain(appending);
    this.#isAppending = appending;
    this.#shared.files.close(old);
  }

  stat(): FileStat {
    return statOfStats(fs.fstatSync(this.#fd), this.#shared.times);
  }

  setSize(size: number): void {
    const growth = Math.max(0, size - fs.fstatSync(this.#fd).size);
    this.#shared.budget.spend(
      growth,
      () => fs.ftruncateSync(this.#fd, size),
    );
  }

  /** A byte at the end, and no new size: others may write beyond meanwhile. */
  allocate(end: number): void {
    if (end <= fs.fstatSync(this.#fd).size) return;
    const byte = new Uint8Array(1);
    if (!this.#isAppending) {
      this.write(byte, end - 1);
      return;
    }
    // What appends does so wherever it is told to write.
    const fd = this.#openedAgain(false);
    try {
      this.#writeAt(fd, byte, end - 1);
    } finally {
      this.#shared.files.close(fd);
    }
  }

  setTimes(times: NewTimes): void {
    setTimesOf(this.#fd, times, this.#shared.times);
  }

  /** Says who may do what with it. */
  setMode(mode: number): void {
    fs.fchmodSync(this.#fd, mode);
  }

  sync(): void {
    fs.fsyncSync(this.#fd);
  }

  close(): void {
    this.#shared.files.close(this.#fd);
  }

  /** Another descriptor of the same file. */
  #openedAgain(appending: boolean): number {
    const fd = this.#reopen(appending);
    if (isSame(fs.fstatSync(fd), fs.fstatSync(this.#fd))) return fd;
    this.#shared.files.close(fd);
    fail("ENOTSUP");
  }

  #writeAt(fd: number, from: Uint8Array, position: number): number {
    const { budget } = this.#shared;
    const gap = budget.isLimited
      ? Math.max(0, position - fs.fstatSync(fd).size)
      : 0;
    return budget.spend(gap, () => this.#write(fd, from, position));
  }

  #write(fd: number, from: Uint8Array, position: number | null): number {
    const { budget } = this.#shared;
    const allowed = budget.takeSome(from.length);
    let written = 0;
    try {
      written = fs.writeSync(fd, from, 0, allowed, position);
    } finally {
      budget.giveBack(allowed - written);
    }
    return written;
  }
}

/**
 * Sets times of an open file or directory, to the nanosecond; what is not set
 * keeps its milliseconds.
 */
export function setTimesOf(
  fd: number,
  times: NewTimes,
  exact: ExactTimes,
): void {
  if (times.atim === undefined && times.mtim === undefined) return;
  const before = fs.fstatSync(fd);
  fs.futimesSync(
    fd,
    seconds(times.atim ?? keptTime("atim", before, exact)),
    seconds(times.mtim ?? keptTime("mtim", before, exact)),
  );
  keepTimes(fs.fstatSync(fd), times, exact);
}

/**
 * A time that is to stay while the other one is set: Deno sets both, and tells
 * no more of a time than its milliseconds, unless the guest set it before.
 *
 * It takes no time before 1970; so that is left alone, and the other too.
 */
export function keptTime(
  which: "atim" | "mtim",
  before: fs.Stats,
  exact: ExactTimes,
): bigint {
  const toldMs = (which === "atim" ? before.atime : before.mtime).getTime();
  if (!(toldMs >= 0)) fail("ENOTSUP");
  return exact.exact(which, before, toldMs);
}

/** Remembers what times were set to, beside what the host now tells. */
export function keepTimes(
  after: fs.Stats,
  times: NewTimes,
  exact: ExactTimes,
): void {
  for (const which of ["atim", "mtim"] as const) {
    const set = times[which];
    if (set === undefined) continue;
    const told = which === "atim" ? after.atime : after.mtime;
    exact.keep(which, after, { toldMs: told.getTime(), exact: set });
  }
}

/**
 * The seconds that `node:fs` takes for a time in nanoseconds.
 *
 * They are a double, which is cut to nanoseconds: rounded up, so that what is
 * told in milliseconds is never one less than was set.
 */
export function seconds(time: bigint): number {
  const fraction = Number(time % 1_000_000_000n);
  const rounded = Number(time / 1_000_000_000n) + fraction / 1e9;
  const cut = Math.trunc((rounded % 1) * 1e9);
  return cut < fraction ? rounded * (1 + Number.EPSILON) : rounded;
}
