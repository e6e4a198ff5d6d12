/** The file descriptors of one guest, by number. */

import { type ErrorCode, fail } from "../../fs/error_code.ts";
import type {
  Descriptor,
  DirectoryDescriptor,
  FileDescriptor,
} from "./descriptor.ts";
import type { FileSystem } from "../../fs/file_system.ts";

/**
 * Lower numbers are reserved for the standard streams, even if they are closed.
 */
const FIRST_NUMBER = 3;

/** Maps descriptor numbers to descriptors. */
export class DescriptorTable {
  readonly #open = new Map<number, Descriptor>();
  /**
   * Descriptors that do not count toward the limit, as they were not opened by
   * or for the guest.
   */
  readonly #free = new Set<Descriptor>();
  readonly #max: number;

  /**
   * @param max The maximum number of open descriptors, including the initial
   * ones.
   */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether the number is open. */
  has(fd: number): boolean {
    return this.#open.has(fd >>> 0);
  }

  /** Whether the descriptor does not count toward the limit. */
  isFree(fd: number): boolean {
    const descriptor = this.#open.get(fd >>> 0);
    return descriptor !== undefined && this.#free.has(descriptor);
  }

  /** The descriptor, which must have all of `rights`. */
  get(fd: number, rights: number): Descriptor {
    const descriptor = this.#open.get(fd >>> 0) ?? fail("EBADF");
    if ((descriptor.rightsBase & rights) !== rights) fail("ENOTCAPABLE");
    return descriptor;
  }

  /** An open file that has all of `rights`; otherwise fails with `lacking`. */
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

  /** A seekable open file that has all of `rights`. */
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

  /** Fails if the limit is reached. */
  checkRoom(): void {
    if (this.#open.size - this.#free.size >= this.#max) fail("EMFILE");
  }

  /** Adds a descriptor with the lowest free number. */
  add(descriptor: Descriptor): number {
    let fd = FIRST_NUMBER;
    while (this.#open.has(fd)) fd++;
    this.#open.set(fd, descriptor);
    return fd;
  }

  /** The same for one that does not count toward the limit. */
  addFree(descriptor: Descriptor): number {
    this.#free.add(descriptor);
    return this.add(descriptor);
  }

  /** Sets an initial descriptor. */
  set(fd: number, descriptor: Descriptor): void {
    this.#open.set(fd, descriptor);
  }

  close(fd: number): void {
    const descriptor = this.#open.get(fd >>> 0) ?? fail("EBADF");
    this.#open.delete(fd >>> 0);
    this.#free.delete(descriptor);
    if (descriptor.kind === "file") descriptor.file.close();
  }

  /** Moves the descriptor `from` to `to`, which is closed. */
  renumber(from: number, to: number): void {
    const descriptor = this.#open.get(from >>> 0) ?? fail("EBADF");
    if (!this.#open.has(to >>> 0)) fail("EBADF");
    if (from >>> 0 === to >>> 0) return;
    this.close(to);
    this.#open.delete(from >>> 0);
    this.#open.set(to >>> 0, descriptor);
  }

  /** Updates directory places after the guest renamed something. */
  renamed(tree: FileSystem, from: string, to: string): void {
    for (const descriptor of this.#open.values()) {
      if (descriptor.kind !== "directory" || descriptor.tree !== tree) continue;
      if (descriptor.place === from) descriptor.place = to;
      else if (descriptor.place.startsWith(`${from}/`)) {
        descriptor.place = to + descriptor.place.slice(from.length);
      }
    }
  }

  /** The current descriptors by number. */
  snapshot(): ReadonlyMap<number, Descriptor> {
    return new Map(this.#open);
  }

  /** The numbers whose descriptors differ. */
  differences(before: ReadonlyMap<number, Descriptor>): number[] {
    return [...new Set([...before.keys(), ...this.#open.keys()])]
      .filter((fd) => before.get(fd) !== this.#open.get(fd))
      .sort((a, b) => a - b);
  }

  /** Removes all descriptors, without closing their files. */
  clear(): void {
    this.#open.clear();
    this.#free.clear();
  }
}
