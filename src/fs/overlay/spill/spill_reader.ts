/** Reads spill files, which are untrusted. */

import * as fs from "node:fs";
import { fail } from "../../error_code.ts";
import { sumOf } from "../content_sum.ts";
import type { PieceReader, SpilledPiece } from "./saved_content.ts";

/** Maximum number of files kept open. */
const MOST_OPEN = 8;
/** Mode bits that our own files never have. */
const OTHERS = 0o077;

/** Reads the files of one spill folder. */
export class SpillReader implements PieceReader {
  readonly #folder: string;
  /** Open files by name, oldest first. */
  readonly #open = new Map<string, number>();
  #uid: number | undefined;

  /** @param folder Its path; nothing is opened before the first read. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  read({ file, at, length, sum }: SpilledPiece): Uint8Array {
    const bytes = new Uint8Array(length);
    try {
      const fd = this.#open.get(file) ?? this.#opened(file);
      for (let done = 0; done < length;) {
        const left = length - done;
        const count = fs.readSync(fd, bytes, done, left, at + done);
        if (count === 0) fail("EIO");
        done += count;
      }
    } catch {
      fail("EIO");
    }
    if (sumOf(bytes) !== sum) fail("EIO");
    return bytes;
  }

  close(): void {
    for (const fd of this.#open.values()) fs.closeSync(fd);
    this.#open.clear();
  }

  #opened(file: string): number {
    const [oldest] = this.#open;
    if (oldest && this.#open.size >= MOST_OPEN) {
      this.#open.delete(oldest[0]);
      fs.closeSync(oldest[1]);
    }
    const path = `${this.#folder}/${file}`;
    // Opening anything but a regular file might block forever.
    if (!this.#isOwn(fs.lstatSync(path))) fail("EIO");
    const fd = fs.openSync(path, "r");
    if (!this.#isOwn(fs.fstatSync(fd))) {
      fs.closeSync(fd);
      fail("EIO");
    }
    this.#open.set(file, fd);
    return fd;
  }

  /**
   * Whether only we can have written it: our own file, private, with a single
   * link.
   */
  #isOwn(stats: fs.Stats): boolean {
    this.#uid ??= fs.lstatSync(this.#folder).uid;
    return stats.isFile() && stats.nlink === 1 && stats.uid === this.#uid &&
      (stats.mode & OTHERS) === 0;
  }
}

/** For overlays without a spill folder. */
export const NO_PIECES: PieceReader = { read: () => fail("EIO") };
