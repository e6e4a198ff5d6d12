/** Files, directories and links in memory. */

import type { FileStat, FileType } from "../file_stat.ts";
import type { FileClock } from "../file_clock.ts";
import { fail } from "../error_code.ts";
import type { NewTimes, OpenFile } from "../file_system.ts";
import { MemoryContent } from "./memory_content.ts";
import type { WriteBudget } from "../write_budget.ts";

/** The base class of in-memory nodes. */
abstract class Node {
  abstract readonly filetype: FileType;
  abstract readonly size: number;
  readonly ino: number;
  readonly #clock: FileClock;
  nlink = 1;
  atim: bigint;
  mtim: bigint;
  ctim: bigint;

  constructor(ino: number, clock: FileClock) {
    this.ino = ino;
    this.#clock = clock;
    this.atim = this.mtim = this.ctim = clock();
  }

  stat(): FileStat {
    const { ino, filetype, nlink, size, atim, mtim, ctim } = this;
    return { dev: 0, ino, filetype, nlink, size, atim, mtim, ctim };
  }

  setTimes(times: NewTimes): void {
    this.atim = times.atim ?? this.atim;
    this.mtim = times.mtim ?? this.mtim;
    this.renamed();
  }

  changed(): void {
    this.mtim = this.ctim = this.#clock();
  }

  /** Updates ctime only: the metadata changed, but not the content. */
  protected renamed(): void {
    this.ctim = this.#clock();
  }
}

/** A directory in memory. */
export class DirectoryNode extends Node {
  readonly filetype: FileType = "directory";
  readonly size = 0;
  readonly entries: Map<string, MemoryNode> = new Map();
}

/** An in-memory symbolic link; its target counts as bytes. */
export class LinkNode extends Node {
  readonly filetype: FileType = "link";
  readonly target: string;
  readonly size: number;
  readonly #budget: WriteBudget;

  constructor(
    ino: number,
    clock: FileClock,
    target: string,
    budget: WriteBudget,
  ) {
    super(ino, clock);
    this.target = target;
    this.size = new TextEncoder().encode(target).length;
    this.#budget = budget;
    budget.take(this.size);
  }

  linked(): void {
    this.nlink++;
    this.renamed();
  }

  unlinked(): void {
    this.nlink--;
    this.renamed();
    if (this.nlink === 0) this.#budget.giveBack(this.size);
  }
}

/**
 * An in-memory file. Its bytes live until it has neither a name nor an open
 * descriptor.
 *
 * They count once for each hard link, as often as they occur in the result.
 */
export class FileNode extends Node {
  readonly filetype: FileType = "file";
  readonly #budget: WriteBudget;
  #content: MemoryContent;
  #open = 0;
  /** The path at which it was put; undefined once it has changed. */
  #givenAs: string | undefined;

  /** @param given The initial content and path. */
  constructor(
    ino: number,
    clock: FileClock,
    budget: WriteBudget,
    given?: { readonly path: string; readonly bytes: Uint8Array },
  ) {
    super(ino, clock);
    this.#givenAs = given?.path;
    const bytes = given?.bytes;
    this.#budget = budget;
    this.#content = new MemoryContent(bytes);
    budget.take(this.size);
  }

  get size(): number {
    return this.#content.size;
  }

  /** Whether it is still the unchanged file put at this path. */
  isAsGiven(path: string): boolean {
    return this.#givenAs === path;
  }

  /** Whether it shares these bytes, rather than a copy. */
  holds(bytes: Uint8Array): boolean {
    return this.#content.borrows(bytes);
  }

  /** A copy of the content. */
  content(): Uint8Array {
    return this.#content.copy();
  }

  read(into: Uint8Array, position: number): number {
    return this.#content.read(into, position);
  }

  write(from: Uint8Array, position: number): number {
    const growth = Math.max(0, position + from.length - this.size);
    this.#budget.spend(
      growth * this.#copies,
      () => this.#content.write(from, position),
    );
    this.#givenAs = undefined;
    this.changed();
    return from.length;
  }

  setSize(size: number): void {
    const growth = (size - this.size) * this.#copies;
    if (growth > 0) this.#budget.take(growth);
    this.#content.setSize(size);
    if (growth < 0) this.#budget.giveBack(-growth);
    this.#givenAs = undefined;
    this.changed();
  }

  opened(): void {
    this.#open++;
  }

  closed(): void {
    this.#open--;
    this.#release();
  }

  /** Counts the bytes for one more hard link; ENOSPC if there is no room. */
  linked(): void {
    this.#budget.take(this.size);
    this.nlink++;
    this.renamed();
  }

  unlinked(): void {
    this.nlink--;
    this.renamed();
    if (this.nlink > 0) this.#budget.giveBack(this.size);
    else this.#release();
  }

  /** How often the bytes are counted. */
  get #copies(): number {
    return Math.max(1, this.nlink);
  }

  #release(): void {
    if (this.nlink > 0 || this.#open > 0) return;
    this.#budget.giveBack(this.size);
    this.#content = new MemoryContent();
  }
}

/** An in-memory file, directory or symbolic link. */
export type MemoryNode = DirectoryNode | FileNode | LinkNode;

/** An open file in memory. */
export class MemoryFile implements OpenFile {
  readonly filetype: FileType = "file";
  readonly seekable = true;
  readonly #node: FileNode;

  constructor(node: FileNode) {
    this.#node = node;
    node.opened();
  }

  read(into: Uint8Array, position: number): number {
    return this.#node.read(into, position);
  }

  write(from: Uint8Array, position: number): number {
    return this.#node.write(from, position);
  }

  append(from: Uint8Array): number {
    return this.#node.write(from, this.#node.size);
  }

  setAppending(): void {}

  stat(): FileStat {
    return this.#node.stat();
  }

  allocate(end: number): void {
    if (end > this.#node.size) this.#node.setSize(end);
  }

  setSize(size: number): void {
    this.#node.setSize(size);
  }

  setTimes(times: NewTimes): void {
    this.#node.setTimes(times);
  }

  sync(): void {}

  close(): void {
    this.#node.closed();
  }
}

/** The node as a file; directories and links can't be opened. */
export function fileOf(node: MemoryNode): FileNode {
  if (node instanceof FileNode) return node;
  fail(node instanceof DirectoryNode ? "EISDIR" : "ELOOP");
}
