/** A file of an overlay: the lower file until the first change, then a copy. */

import { fail } from "../error_code.ts";
import type { FileClock } from "../file_clock.ts";
import type { FileStat, FileType } from "../file_stat.ts";
import type { NewTimes, OpenFile } from "../file_system.ts";
import type { MemoryContent } from "../memory/memory_content.ts";
import { MOST_SUMMED_BYTES, sumOf } from "./content_sum.ts";
import { type Origin, OverlayNode, type OwnIdentity } from "./overlay_node.ts";
import type { PagedContent } from "./spill/paged_content.ts";
import type { SavedContent } from "./spill/saved_content.ts";
import type { WriteBudget } from "../write_budget.ts";

/** Bytes copied between checks of the stop word. */
const COPY_BYTES = 1024 * 1024;

/** The content of a changed file: in memory, or partly in the spill folder. */
export type FileContent = MemoryContent | PagedContent;

/** What the files of one overlay share. */
export interface OverlayFiles {
  /** The size budget of the overlay, over all its files. */
  readonly room: WriteBudget;
  /** The write budget of this call. */
  readonly budget: WriteBudget;
  readonly stop: { check(): void };
  readonly clock: FileClock;
  /** Creates the content of a changed file. */
  content(saved?: SavedContent): FileContent;
  /** Opens the lower file for reading. */
  openLower(origin: Origin): OpenFile;
  /**
   * Records that a file is about to change; fails if the overlay was committed
   * or dropped since it was opened.
   */
  changing(file: OverlayFile): void;
  /** Records that a file has been closed. */
  closed(file: OverlayFile): void;
}

/**
 * A file, or anything else in the lower tree that is neither a directory nor a
 * symbolic link. Its bytes live until it has neither a name nor an open
 * descriptor.
 */
export class OverlayFile extends OverlayNode {
  readonly filetype: FileType;
  readonly #files: OverlayFiles;
  #lower: OpenFile | undefined;
  #content: FileContent | undefined;
  #open = 0;
  /** The checksum of the lower file when it was copied, if it was small. */
  sum: number | undefined;
  /** Whether a directory of the overlay has an entry for it. */
  isPinned = false;

  /** @param content Its content, if it differs from the origin's. */
  constructor(
    identity: OwnIdentity,
    origin: Origin | undefined,
    files: OverlayFiles,
    content?: SavedContent,
  ) {
    super(identity, origin, files.clock);
    this.filetype = origin?.stat.filetype ?? "file";
    this.#files = files;
    if (origin === undefined || content !== undefined) {
      this.#content = files.content(content);
      files.room.take(this.size);
    }
  }

  get size(): number {
    return this.#content?.size ?? this.origin?.stat.size ?? 0;
  }

  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** Its content; undefined while it is the lower file's. */
  get content(): FileContent | undefined {
    return this.#content;
  }

  /** Counts an opening; fails if the lower file can't be opened. */
  opened(): void {
    if (this.filetype !== "file") fail("EACCES");
    this.#open++;
    let isOpened = false;
    try {
      if (!this.#content) this.#lowerFile();
      isOpened = true;
    } finally {
      if (!isOpened) this.closed();
    }
  }

  closed(): void {
    this.#open--;
    if (this.#open > 0) return;
    this.#closeLower();
    this.#files.closed(this);
    this.release();
  }

  /** Frees its bytes once nothing refers to it. */
  release(): void {
    if (this.nlink > 0 || this.#open > 0 || !this.#content) return;
    this.#files.room.giveBack(this.size);
    this.#content.setSize(0);
  }

  read(into: Uint8Array, position: number): number {
    return this.#content?.read(into, position) ??
      this.#lowerFile().read(into, position);
  }

  write(from: Uint8Array, position: number): number {
    const { budget, room } = this.#files;
    const content = this.#changing(this.size);
    const growth = Math.max(0, position + from.length - this.size);
    const gap = Math.max(0, position - this.size);
    budget.spend(from.length + gap, () =>
      room.spend(growth, () => {
        content.write(from, position);
      }));
    this.changed();
    return from.length;
  }

  setSize(size: number): void {
    const { budget, room } = this.#files;
    const content = this.#changing(Math.min(size, this.size));
    const growth = size - this.size;
    if (growth > 0) {
      budget.spend(growth, () => room.spend(growth, () => {}));
    }
    content.setSize(size);
    if (growth < 0) room.giveBack(-growth);
    this.changed();
  }

  override setTimes(times: NewTimes): void {
    this.#files.changing(this);
    super.setTimes(times);
  }

  /** Its content for writing: copies the first `keep` lower bytes if needed. */
  #changing(keep: number): FileContent {
    this.#files.changing(this);
    if (this.#content) return this.#content;
    const { room } = this.#files;
    this.#content = room.spend(keep, () => this.#copy(keep));
    this.#closeLower();
    return this.#content;
  }

  #copy(length: number): FileContent {
    const content = this.#files.content();
    let isCopied = false;
    try {
      for (let at = 0; at < length; at += COPY_BYTES) {
        this.#files.stop.check();
        content.write(this.#part(at, Math.min(length, at + COPY_BYTES)), at);
      }
      if (length === this.origin?.stat.size && length <= MOST_SUMMED_BYTES) {
        this.sum = sumOf(content.copy());
      }
      isCopied = true;
      return content;
    } finally {
      if (!isCopied) content.setSize(0);
    }
  }

  #part(start: number, end: number): Uint8Array {
    const lower = this.#lowerFile();
    const part = new Uint8Array(end - start);
    for (let at = 0; at < part.length;) {
      const read = lower.read(part.subarray(at), start + at);
      // It was truncated concurrently.
      if (read === 0) fail("ESTALE");
      at += read;
    }
    return part;
  }

  #lowerFile(): OpenFile {
    return this.#lower ??= this.#files.openLower(this.origin ?? fail("EIO"));
  }

  #closeLower(): void {
    this.#lower?.close();
    this.#lower = undefined;
  }
}

/** An open file description of a file. */
export class OpenOverlayFile implements OpenFile {
  readonly filetype: FileType = "file";
  readonly seekable = true;
  readonly #file: OverlayFile;
  readonly #mayWrite: boolean;

  constructor(file: OverlayFile, mayWrite: boolean) {
    this.#file = file;
    this.#mayWrite = mayWrite;
    file.opened();
  }

  read(into: Uint8Array, position: number): number {
    return this.#file.read(into, position);
  }

  write(from: Uint8Array, position: number): number {
    if (!this.#mayWrite) fail("EBADF");
    return this.#file.write(from, position);
  }

  append(from: Uint8Array): number {
    return this.write(from, this.#file.size);
  }

  setAppending(): void {}

  stat(): FileStat {
    return this.#file.stat();
  }

  setSize(size: number): void {
    if (!this.#mayWrite) fail("EINVAL");
    this.#file.setSize(size);
  }

  allocate(end: number): void {
    if (end > this.#file.size) this.setSize(end);
  }

  setTimes(times: NewTimes): void {
    this.#file.setTimes(times);
  }

  sync(): void {}

  close(): void {
    this.#file.closed();
  }
}
