/** Writes pages of an overlay to files in the spill folder. */

import * as fs from "node:fs";
import { fail } from "../../error_code.ts";
import { sumOf } from "../content_sum.ts";
import { PAGE_BYTES, type SpilledPiece } from "./saved_content.ts";
import { SpillReader } from "./spill_reader.ts";

/** What disks give out at the least. */
const SLOT_BYTES = 4096;

/**
 * One file at a time, in slots that are used again. Once it was told of, as
 * part of a saved state, it is never written to again: the next page begins
 * another one.
 */
export class SpillFiles {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #reader: SpillReader;
  /** Free slots of the file that is written, by their length. */
  readonly #free = new Map<number, number[]>();
  #name = "";
  #fd: number | undefined;
  #end = 0;
  #used = 0;
  /** Bytes of the files that are written no more, and needed. */
  #sealedBytes = 0;

  /**
   * @param maxBytes The most that all files have that a state names.
   * @param named Those that the state names which it begins with.
   */
  constructor(folder: string, maxBytes: number, named: ReadonlySet<string>) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#reader = new SpillReader(folder);
    this.#count(named);
  }

  /** Stores a page; a full disk is ENOSPC. */
  write(bytes: Uint8Array): SpilledPiece {
    const fd = this.#fd ??= this.#begin();
    const at = this.#takeSlot(slotOf(bytes.length));
    let isWritten = false;
    try {
      for (let done = 0; done < bytes.length;) {
        const left = bytes.length - done;
        done += fs.writeSync(fd, bytes, done, left, at + done);
      }
      isWritten = true;
    } finally {
      if (!isWritten) this.#giveSlot(slotOf(bytes.length), at);
    }
    const sum = sumOf(bytes) ?? fail("EIO");
    return { file: this.#name, at, length: bytes.length, sum };
  }

  read(piece: SpilledPiece): Uint8Array {
    return this.#reader.read(piece);
  }

  /** Says that a page is needed no more. */
  forget({ file, at, length }: SpilledPiece): void {
    if (this.#fd !== undefined && file === this.#name) {
      this.#giveSlot(slotOf(length), at);
    }
  }

  /**
   * Ends the file that is written, since a state names it from now on.
   *
   * @param named All files that the state names.
   */
  seal(named: ReadonlySet<string>): void {
    this.#endFile();
    this.#count(named);
  }

  close(): void {
    this.#endFile();
    this.#reader.close();
  }

  #endFile(): void {
    if (this.#fd === undefined) return;
    fs.closeSync(this.#fd);
    this.#fd = undefined;
    this.#free.clear();
    // No state names what has no page.
    if (this.#used === 0) fs.unlinkSync(`${this.#folder}/${this.#name}`);
  }

  #count(named: ReadonlySet<string>): void {
    this.#sealedBytes = 0;
    for (const name of named) {
      const stats = fs.lstatSync(`${this.#folder}/${name}`, {
        throwIfNoEntry: false,
      });
      this.#sealedBytes += stats?.size ?? 0;
    }
  }

  #begin(): number {
    this.#name = crypto.randomUUID();
    this.#end = this.#used = 0;
    return fs.openSync(`${this.#folder}/${this.#name}`, "wx", 0o600);
  }

  #takeSlot(bytes: number): number {
    const free = this.#free.get(bytes)?.pop();
    const at = free ?? this.#end;
    if (free === undefined) {
      if (this.#sealedBytes + at + bytes > this.#maxBytes) fail("ENOSPC");
      this.#end += bytes;
    }
    this.#used++;
    return at;
  }

  #giveSlot(bytes: number, at: number): void {
    const free = this.#free.get(bytes);
    if (free) free.push(at);
    else this.#free.set(bytes, [at]);
    this.#used--;
  }
}

/**
 * The most bytes on the disk for an overlay of so many bytes and entries: slots
 * of one length are not used for another, and a file stays while any page of it
 * is needed.
 */
export function mostSpilledBytes(maxBytes: number, maxEntries: number): number {
  return 3 * maxBytes + maxEntries * SLOT_BYTES + PAGE_BYTES;
}

/** Powers of two, so that few lengths are told apart. */
function slotOf(length: number): number {
  let slot = SLOT_BYTES;
  while (slot < length) slot *= 2;
  return slot;
}
