/** An open host file. */

import type { FileStat, FileType } from "../file_stat.ts";
import * as fs from "node:fs";
import { fail } from "../error_code.ts";
import type { HostFileSystemContext } from "./host_directory.ts";
import { type ExactTimes, isSame, statOfStats } from "./host_stat.ts";
import type { NewTimes, OpenFile } from "../file_system.ts";

/** What an open file shares with the others of its guest. */
type Shared = Pick<HostFileSystemContext, "budget" | "files" | "times">;

/** An open regular host file, verified to be the intended one. */
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
   * @param reopen Reopens the file, for appending or not.
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

  /** Extending a file is charged from its current end. */
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

  /**
   * Writes a byte at the end instead of setting a size, as others may extend
   * the file meanwhile.
   */
  allocate(end: number): void {
    if (end <= fs.fstatSync(this.#fd).size) return;
    const byte = new Uint8Array(1);
    if (!this.#isAppending) {
      this.write(byte, end - 1);
      return;
    }
    // A descriptor in append mode ignores write positions.
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

  /** Sets its permission bits. */
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
 * Sets times of an open file or directory, in nanoseconds; a time that is not
 * set keeps its milliseconds.
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
 * The value for a time that must not change while the other one is set: Deno
 * sets both, and reports only milliseconds, unless the guest set it before.
 *
 * Deno accepts no time before 1970, so then neither is changed.
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

/**
 * Remembers the times that were set, along with those that the host now
 * reports.
 */
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
 * The value is a double, which is truncated to nanoseconds, so it is rounded
 * up: then the reported milliseconds are never one less than set.
 */
export function seconds(time: bigint): number {
  const fraction = Number(time % 1_000_000_000n);
  const rounded = Number(time / 1_000_000_000n) + fraction / 1e9;
  const cut = Math.trunc((rounded % 1) * 1e9);
  return cut < fraction ? rounded * (1 + Number.EPSILON) : rounded;
}
