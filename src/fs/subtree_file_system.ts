/** A directory of a file system as a file system of its own. */

import type { FileStat } from "./file_stat.ts";
import {
  type DirectoryEntry,
  type FileSystem,
  join,
  type NewTimes,
  type OpenFile,
  type OpenMode,
} from "./file_system.ts";

/** Whether it is there, and is a directory, shows when it is used. */
export class SubtreeFileSystem implements FileSystem {
  readonly writable: boolean;
  readonly #tree: FileSystem;
  readonly #top: string;

  /** @param top The place of the directory in the tree. */
  constructor(tree: FileSystem, top: string) {
    this.writable = tree.writable;
    this.#tree = tree;
    this.#top = top;
  }

  stat(place: string): FileStat {
    return this.#tree.stat(this.#at(place));
  }

  recent(place: string): FileStat | undefined {
    return this.#tree.recent?.(this.#at(place));
  }

  readLink(place: string): string {
    return this.#tree.readLink(this.#at(place));
  }

  open(place: string, mode: OpenMode, known?: FileStat): OpenFile {
    return this.#tree.open(this.#at(place), mode, known);
  }

  list(place: string): DirectoryEntry[] {
    return this.#tree.list(this.#at(place));
  }

  makeDirectory(place: string): void {
    this.#tree.makeDirectory(this.#at(place));
  }

  removeDirectory(place: string): void {
    this.#tree.removeDirectory(this.#at(place));
  }

  unlink(place: string): void {
    this.#tree.unlink(this.#at(place));
  }

  rename(from: string, to: string): void {
    this.#tree.rename(this.#at(from), this.#at(to));
  }

  link(from: string, to: string): void {
    this.#tree.link(this.#at(from), this.#at(to));
  }

  symlink(target: string, place: string): void {
    this.#tree.symlink(target, this.#at(place));
  }

  setTimes(place: string, times: NewTimes): void {
    this.#tree.setTimes(this.#at(place), times);
  }

  #at(place: string): string {
    return join(this.#top, place);
  }
}
