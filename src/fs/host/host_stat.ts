/** Converts host metadata for guests, and identifies files. */

import type { FileStat, FileType } from "../file_stat.ts";
import { fail } from "../error_code.ts";
import type { Stats } from "node:fs";

/** The identity of a file, as both `Deno.lstatSync` and `node:fs` report it. */
export interface HostIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Whether both are the same file. */
export function isSame(a: HostIdentity, b: HostIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** A file's identity; without one nothing can be opened safely. */
export function identityOf(info: Deno.FileInfo): HostIdentity {
  return { dev: info.dev, ino: info.ino ?? fail("ENOTSUP") };
}

/** The file type in a directory entry or file information of the host. */
export function filetypeOf(
  info: { isFile: boolean; isDirectory: boolean; isSymlink: boolean },
): FileType {
  if (info.isSymlink) return "link";
  if (info.isDirectory) return "directory";
  if (info.isFile) return "file";
  return "unknown";
}

function specialFiletypeOf(info: Deno.FileInfo): FileType {
  if (info.isBlockDevice) return "blockDevice";
  if (info.isCharDevice) return "characterDevice";
  if (info.isSocket) return "socket";
  return filetypeOf(info);
}

/**
 * Times that were set with nanosecond precision.
 *
 * Deno reports times in milliseconds, so a guest that sets a time and reads it
 * back would see a different one. So the set value is remembered, and reported
 * as long as the host's time is unchanged.
 */
export class ExactTimes {
  readonly #kept = new Map<string, { toldMs: number; exact: bigint }>();

  /** Maximum number of remembered times; the oldest are dropped first. */
  static readonly #CAPACITY = 4096;

  keep(which: "atim" | "mtim", of: HostIdentity, told: Told): void {
    if (this.#kept.size >= ExactTimes.#CAPACITY) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    this.#kept.set(`${which}:${of.dev}:${of.ino}`, told);
  }

  /** The nanoseconds for the milliseconds that the host reports. */
  exact(which: "atim" | "mtim", of: HostIdentity, toldMs: number): bigint {
    if (this.#kept.size > 0) {
      const kept = this.#kept.get(`${which}:${of.dev}:${of.ino}`);
      if (kept?.toldMs === toldMs) return kept.exact;
    }
    return nanoseconds(toldMs);
  }
}

/** A time as reported by the host, and as set. */
export interface Told {
  readonly toldMs: number;
  readonly exact: bigint;
}

/** The permission bits of a mode; the others are the type. */
const PERMISSIONS = 0o7777;

/** A FileStat of what `Deno.lstatSync` told. */
export function statOfInfo(info: Deno.FileInfo, times: ExactTimes): FileStat {
  const of = identityOf(info);
  return {
    ...of,
    filetype: specialFiletypeOf(info),
    nlink: info.nlink ?? 1,
    size: info.size,
    atim: times.exact("atim", of, info.atime?.getTime() ?? 0),
    mtim: times.exact("mtim", of, info.mtime?.getTime() ?? 0),
    ctim: nanoseconds(info.ctime?.getTime() ?? 0),
    ...info.mode !== null && { mode: info.mode & PERMISSIONS },
  };
}

/** A FileStat of what `fstatSync` told of a regular file. */
export function statOfStats(stats: Stats, times: ExactTimes): FileStat {
  return {
    dev: stats.dev,
    ino: stats.ino,
    filetype: stats.isDirectory() ? "directory" : "file",
    nlink: stats.nlink,
    size: stats.size,
    atim: times.exact("atim", stats, stats.atime.getTime()),
    mtim: times.exact("mtim", stats, stats.mtime.getTime()),
    ctim: nanoseconds(stats.ctime.getTime()),
  };
}

/** A file's times may be outside of the range of `Date`. */
function nanoseconds(ms: number): bigint {
  return Number.isNaN(ms) ? 0n : BigInt(Math.trunc(ms)) * 1_000_000n;
}
