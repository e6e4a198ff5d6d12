import type { FileStat, FileType } from "../file_stat.ts";
import { fail } from "../error_code.ts";
import type { NewTimes, OpenFile } from "../file_system.ts";
import type { WriteBudget } from "../write_budget.ts";

/** What every node of a memory tree has. */
abstract class Node {
  abstract readonly filetype: FileType;
  abstract readonly size: number;
  readonly ino: number;
  nlink = 1;
  atim: bigint = now();
  mtim: bigint = this.atim;
  ctim: bigint = this.atim;

  constructor(ino: number) {
    this.ino = ino;
  }

  stat(): FileStat {
    const { ino, filetype, nlink, size, atim, mtim, ctim } = this;
    return { dev: 0, ino, filetype, nlink, size, atim, mtim, ctim };
  }

  setTimes(times: NewTimes): void {
    this.atim = times.atim ?? this.atim;
    this.mtim = times.mtim ?? this.mtim;
    this.ctim = now();
  }

  changed(): void {
    this.mtim = this.ctim = now();
  }
}

/** A directory in memory. */
export class DirectoryNode extends Node {
  readonly filetype: FileType = "directory";
  readonly size = 0;
  readonly entries: Map<string, MemoryNode> = new Map();
}

/** A symbolic link in memory. */
export class LinkNode extends Node {
  readonly filetype: FileType = "link";
  readonly target: string;

  constructor(ino: number, target: string) {
    super(ino);
    this.target = target;
  }

  get size(): number {
    return this.target.length;
  }
}

/** A file in memory. Its bytes live until no name and no descriptor has it. */
export class FileNode extends Node {
  readonly filetype: FileType = "file";
  readonly #budget: WriteBudget;
  #bytes: Uint8Array;
  #size: number;
  /** The bytes are the caller's: they are copied before the first change. */
  #borrowed: boolean;
  #open = 0;

  constructor(ino: number, budget: WriteBudget, bytes?: Uint8Array) {
    super(ino);
    this.#budget = budget;
    this.#bytes = bytes ?? new Uint8Array(0);
    this.#size = this.#bytes.length;
    this.#borrowed = bytes !== undefined;
    budget.take(this.#size);
  }

  get size(): number {
    return this.#size;
  }

  /** A copy of what is in the file. */
  content(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  read(into: Uint8Array, position: number): number {
    const end = Math.min(this.#size, position + into.length);
    if (end <= position) return 0;
    into.set(this.#bytes.subarray(position, end));
    return end - position;
  }

  write(from: Uint8Array, position: number): number {
    this.#reserve(position + from.length);
    this.#bytes.set(from, position);
    this.changed();
    return from.length;
  }

  setSize(size: number): void {
    if (size > this.#size) this.#reserve(size);
    else {
      this.#own(this.#bytes.length);
      this.#bytes.fill(0, size, this.#size);
      this.#budget.giveBack(this.#size - size);
      this.#size = size;
    }
    this.changed();
  }

  opened(): void {
    this.#open++;
  }

  closed(): void {
    this.#open--;
    this.#release();
  }

  unlinked(): void {
    this.nlink--;
    this.ctim = now();
    this.#release();
  }

  #release(): void {
    if (this.nlink > 0 || this.#open > 0) return;
    this.#budget.giveBack(this.#size);
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
  }

  /** Grows the file to `size`, filled with zeros. */
  #reserve(size: number): void {
    if (size > this.#size) {
      this.#budget.take(size - this.#size);
      this.#size = size;
    }
    this.#own(size);
  }

  /** Makes the bytes ours, with room for `size`. */
  #own(size: number): void {
    if (!this.#borrowed && size <= this.#bytes.length) return;
    // Appending a little at a time must not copy everything each time.
    const room = size <= this.#bytes.length
      ? this.#bytes.length
      : Math.max(size, Math.min(this.#bytes.length * 2, size + GROWTH_BYTES));
    const bytes = new Uint8Array(room);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#borrowed = false;
  }
}

/** The most room that a file gets ahead of its size. */
const GROWTH_BYTES = 16 * 1024 * 1024;

/** A file, directory or link in memory. */
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

  stat(): FileStat {
    return this.#node.stat();
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

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** The file that a node is; directories and links can't be opened. */
export function fileOf(node: MemoryNode): FileNode {
  if (node instanceof FileNode) return node;
  fail(node instanceof DirectoryNode ? "EISDIR" : "ELOOP");
}
