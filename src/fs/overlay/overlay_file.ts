/** A file of an overlay: the lower one, until the first change copies it. */

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

/** How much is copied between two looks at whether to stop. */
const COPY_BYTES = 1024 * 1024;

/** What a changed file holds: in memory, or in the spill folder too. */
export type FileContent = MemoryContent | PagedContent;

/** What the files of one overlay share. */
export interface OverlayFiles {
  /** What the overlay may hold, over all its files. */
  readonly room: WriteBudget;
  /** What this call may write. */
  readonly budget: WriteBudget;
  readonly stop: { check(): void };
  readonly clock: FileClock;
  /** Makes what a changed file holds. */
  content(saved?: SavedContent): FileContent;
  /** Opens what a file was in the lower tree, to read. */
  openLower(origin: Origin): OpenFile;
  /**
   * Makes sure that a file that is about to change is remembered; fails when
   * what the overlay held was settled since it was opened.
   */
  changing(file: OverlayFile): void;
  /** Says that a file is open no more. */
  closed(file: OverlayFile): void;
}

/**
 * A file, or whatever else of the lower tree is neither directory nor link.
 * Its bytes live until no name and no descriptor has it.
 */
export class OverlayFile extends OverlayNode {
  readonly filetype: FileType;
  readonly #files: OverlayFiles;
  #lower: OpenFile | undefined;
  #content: FileContent | undefined;
  #open = 0;
  /** Of what the lower file had when it was copied, if that was small. */
  sum: number | undefined;
  /** Whether a directory of the overlay has it by name. */
  isPinned = false;

  /** @param content What it holds, where that is not the origin's. */
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

  /** What it holds; undefined while that is what the lower tree has. */
  get content(): FileContent | undefined {
    return this.#content;
  }

  /** Opens it, to read or write; what can't be opened fails here. */
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

  /** Gives its bytes back when nothing has it any more. */
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

  /** What may be changed: a copy of the first `keep` bytes, if there is none. */
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
      // Somebody else has cut it meanwhile.
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

/** One opening of a file. */
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
