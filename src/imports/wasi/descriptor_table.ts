/** The file descriptors of one guest, by number. */

import { type ErrorCode, fail } from "../../fs/error_code.ts";
import type {
  Descriptor,
  DirectoryDescriptor,
  FileDescriptor,
} from "./descriptor.ts";
import type { FileSystem } from "../../fs/file_system.ts";

/** Numbers below are for the standard streams, even when those are closed. */
const FIRST_NUMBER = 3;

/** What each of the guest's descriptor numbers stands for. */
export class DescriptorTable {
  readonly #open = new Map<number, Descriptor>();
  /** Those that do not count: the guest did not open them, nor anybody for it. */
  readonly #free = new Set<Descriptor>();
  readonly #max: number;

  /** @param max How many may be open, the first ones included. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether the number stands for anything. */
  has(fd: number): boolean {
    return this.#open.has(fd >>> 0);
  }

  /** Whether what the number stands for does not count. */
  isFree(fd: number): boolean {
    const descriptor = this.#open.get(fd >>> 0);
    return descriptor !== undefined && this.#free.has(descriptor);
  }

  /** What the number stands for, which must have all of `rights`. */
  get(fd: number, rights: number): Descriptor {
    const descriptor = this.#open.get(fd >>> 0) ?? fail("EBADF");
    if ((descriptor.rightsBase & rights) !== rights) fail("ENOTCAPABLE");
    return descriptor;
  }

  /** An open file that has all of `rights`; `lacking` is answered if not. */
  file(
    fd: number,
    rights: number,
    lacking: ErrorCode = "ENOTCAPABLE",
  ): FileDescriptor {
    const descriptor = this.#open.get(fd >>> 0) ?? fail("EBADF");
    if (descriptor.kind !== "file") fail("EISDIR");
    if ((descriptor.rightsBase & rights) !== rights) fail(lacking);
    return descriptor;
  }

  /** An open file that can be sought and has all of `rights`. */
  seekable(fd: number, rights: number): FileDescriptor {
    const descriptor = this.file(fd, 0);
    if (!descriptor.file.seekable) fail("ESPIPE");
    return this.file(fd, rights);
  }

  /** A directory that has all of `rights`. */
  directory(fd: number, rights: number): DirectoryDescriptor {
    const descriptor = this.#open.get(fd >>> 0) ?? fail("EBADF");
    if (descriptor.kind !== "directory") fail("ENOTDIR");
    if ((descriptor.rightsBase & rights) !== rights) fail("ENOTCAPABLE");
    return descriptor;
  }

  /** Fails when one more would be too many. */
  checkRoom(): void {
    if (this.#open.size - this.#free.size >= this.#max) fail("EMFILE");
  }

  /** Gives a descriptor its number: the lowest free one. */
  add(descriptor: Descriptor): number {
    let fd = FIRST_NUMBER;
    while (this.#open.has(fd)) fd++;
    this.#open.set(fd, descriptor);
    return fd;
  }

  /** The same for one that does not count. */
  addFree(descriptor: Descriptor): number {
    this.#free.add(descriptor);
    return this.add(descriptor);
  }

  /** Sets what a number stands for, at the start. */
  set(fd: number, descriptor: Descriptor): void {
    this.#open.set(fd, descriptor);
  }

  close(fd: number): void {
    const descriptor = this.#open.get(fd >>> 0) ?? fail("EBADF");
    this.#open.delete(fd >>> 0);
    this.#free.delete(descriptor);
    if (descriptor.kind === "file") descriptor.file.close();
  }

  /** Moves what `from` stands for to `to`, which is closed. */
  renumber(from: number, to: number): void {
    const descriptor = this.#open.get(from >>> 0) ?? fail("EBADF");
    if (!this.#open.has(to >>> 0)) fail("EBADF");
    if (from >>> 0 === to >>> 0) return;
    this.close(to);
    this.#open.delete(from >>> 0);
    this.#open.set(to >>> 0, descriptor);
  }

  /** Lets directories follow what the guest itself renamed. */
  renamed(tree: FileSystem, from: string, to: string): void {
    for (const descriptor of this.#open.values()) {
      if (descriptor.kind !== "directory" || descriptor.tree !== tree) continue;
      if (descriptor.place === from) descriptor.place = to;
      else if (descriptor.place.startsWith(`${from}/`)) {
        descriptor.place = to + descriptor.place.slice(from.length);
      }
    }
  }

  /** What the numbers stand for now. */
  snapshot(): ReadonlyMap<number, Descriptor> {
    return new Map(this.#open);
  }

  /** Numbers that stand for something else than they did. */
  differences(before: ReadonlyMap<number, Descriptor>): number[] {
    return [...new Set([...before.keys(), ...this.#open.keys()])]
      .filter((fd) => before.get(fd) !== this.#open.get(fd))
      .sort((a, b) => a - b);
  }

  /** Forgets everything; whoever opened it closes it. */
  clear(): void {
    this.#open.clear();
    this.#free.clear();
  }
}
