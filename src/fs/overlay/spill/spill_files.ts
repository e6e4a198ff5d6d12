/** Writes pages of an overlay to files in the spill folder. */

import * as fs from "node:fs";
import { fail } from "../../error_code.ts";
import { sumOf } from "../content_sum.ts";
import { PAGE_BYTES, type SpilledPiece } from "./saved_content.ts";
import { SpillReader } from "./spill_reader.ts";

/** The minimum slot size: a typical disk block. */
const SLOT_BYTES = 4096;

/**
 * Writes one file at a time, in reusable slots. Once a saved state refers to
 * it, a file is never written again: the next page starts another one.
 */
export class SpillFiles {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #reader: SpillReader;
  /** Free slots of the current file, by length. */
  readonly #free = new Map<number, number[]>();
  #name = "";
  #fd: number | undefined;
  #end = 0;
  #used = 0;
  /** Total bytes of sealed files that are still needed. */
  #sealedBytes = 0;

  /**
   * @param maxBytes The total size limit of all files that a state refers to.
   * @param named The files that the initial state refers to.
   */
  constructor(folder: string, maxBytes: number, named: ReadonlySet<string>) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#reader = new SpillReader(folder);
    this.#count(named);
  }

  /** Stores a page; ENOSPC if the disk is full. */
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

  /** Frees a page that is no longer needed. */
  forget({ file, at, length }: SpilledPiece): void {
    if (this.#fd !== undefined && file === this.#name) {
      this.#giveSlot(slotOf(length), at);
    }
  }

  /**
   * Seals the current file, as a state refers to it from now on.
   *
   * @param named All files that the state refers to.
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
    // No state refers to a file without pages.
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
 * The maximum disk usage of an overlay with these limits: slots of one length
 * are not reused for another, and a file is kept while any of its pages is
 * needed.
 */
export function mostSpilledBytes(maxBytes: number, maxEntries: number): number {
  return 3 * maxBytes + maxEntries * SLOT_BYTES + PAGE_BYTES;
}

/** The slot length: a power of two, so that there are few different lengths. */
function slotOf(length: number): number {
  let slot = SLOT_BYTES;
  while (slot < length) slot *= 2;
  return slot;
}
