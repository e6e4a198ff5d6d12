import type { FileStat, FileType } from "../file_stat.ts";
import * as fs from "node:fs";
import { type ExactTimes, statOfStats } from "./host_stat.ts";
import type { NewTimes, OpenFile } from "../file_system.ts";
import type { WriteBudget } from "../write_budget.ts";

/** A regular file of the host, open, and known to be the one that was meant. */
export class HostFile implements OpenFile {
  readonly filetype: FileType = "file";
  readonly seekable = true;
  readonly #fd: number;
  readonly #budget: WriteBudget;
  readonly #times: ExactTimes;

  constructor(fd: number, budget: WriteBudget, times: ExactTimes) {
    this.#fd = fd;
    this.#budget = budget;
    this.#times = times;
  }

  read(into: Uint8Array, position: number): number {
    return fs.readSync(this.#fd, into, 0, into.length, position);
  }

  write(from: Uint8Array, position: number): number {
    const allowed = this.#budget.takeSome(from.length);
    let written = 0;
    try {
      written = fs.writeSync(this.#fd, from, 0, allowed, position);
    } finally {
      this.#budget.giveBack(allowed - written);
    }
    return written;
  }

  stat(): FileStat {
    return statOfStats(fs.fstatSync(this.#fd), this.#times);
  }

  setSize(size: number): void {
    const growth = Math.max(0, size - fs.fstatSync(this.#fd).size);
    this.#budget.take(growth);
    fs.ftruncateSync(this.#fd, size);
  }

  setTimes(times: NewTimes): void {
    setTimesOf(this.#fd, times, this.#times);
  }

  sync(): void {
    fs.fsyncSync(this.#fd);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}

/** Sets the times of an open file or directory, to the nanosecond. */
export function setTimesOf(
  fd: number,
  times: NewTimes,
  exact: ExactTimes,
): void {
  const before = fs.fstatSync(fd);
  fs.futimesSync(
    fd,
    seconds(times.atim, before.atime),
    seconds(times.mtim, before.mtime),
  );
  const after = fs.fstatSync(fd);
  keepTimes(after, times, exact);
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
export function seconds(time: bigint | undefined, otherwise: Date): number {
  const set = time ?? BigInt(otherwise.getTime()) * 1_000_000n;
  const fraction = Number(set % 1_000_000_000n);
  const rounded = Number(set / 1_000_000_000n) + fraction / 1e9;
  const cut = Math.trunc((rounded % 1) * 1e9);
  return cut < fraction ? rounded * (1 + Number.EPSILON) : rounded;
}
