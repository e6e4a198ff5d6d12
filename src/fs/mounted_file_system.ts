/**
 * One tree made of several: a root, and file systems mounted below it. What
 * guests see as `/`, so that relative paths lead somewhere and `/` lists what
 * was granted.
 */

import { fail } from "./error_code.ts";
import type { FileStat } from "./file_stat.ts";
import {
  type DirectoryEntry,
  type FileSystem,
  type NewTimes,
  type OpenFile,
  type OpenMode,
  parentOf,
} from "./file_system.ts";

/** A file system and the place in the tree where it is seen. */
export interface Mount {
  /** Names joined by `/`, without one at the start. */
  readonly place: string;
  readonly fileSystem: FileSystem;
}

/** A place in the tree, as the file system that has it knows it. */
interface Found {
  readonly fileSystem: FileSystem;
  readonly place: string;
}

/** Mounts cannot be moved, removed or replaced by what is in the tree. */
export class MountedFileSystem implements FileSystem {
  readonly writable: boolean;
  readonly #root: FileSystem;
  /** The longest places first. */
  readonly #mounts: readonly Mount[];
  readonly #bornAt: bigint;

  /** @param bornAt The time of directories that only lead to mounts. */
  constructor(root: FileSystem, mounts: readonly Mount[], bornAt: bigint) {
    this.#root = root;
    this.#bornAt = bornAt;
    this.#mounts = mounts.toSorted((a, b) => b.place.length - a.place.length);
    this.writable = root.writable ||
      mounts.some(({ fileSystem }) => fileSystem.writable);
  }

  stat(place: string): FileStat {
    if (this.#isAbove(place)) return this.#above(place);
    const found = this.#find(place);
    return found.fileSystem.stat(found.place);
  }

  readLink(place: string): string {
    if (this.#isAbove(place)) fail("EINVAL");
    const found = this.#find(place);
    return found.fileSystem.readLink(found.place);
  }

  open(place: string, mode: OpenMode, known?: FileStat): OpenFile {
    const changes = mode.write || mode.create || mode.append;
    const found = changes ? this.#changeable(place) : this.#find(place);
    return found.fileSystem.open(found.place, mode, known);
  }

  list(place: string): DirectoryEntry[] {
    const names = this.#mountedIn(place);
    const own = this.#ownEntries(place).filter(({ name }) => !names.has(name));
    const mounted = [...names]
      .map((name): DirectoryEntry => ({ name, filetype: "directory" }));
    return [...own, ...mounted].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  makeDirectory(place: string): void {
    if (this.#isAbove(place)) fail("EEXIST");
    const found = this.#changeable(place);
    found.fileSystem.makeDirectory(found.place);
  }

  removeDirectory(place: string): void {
    const found = this.#changeable(place);
    found.fileSystem.removeDirectory(found.place);
  }

  unlink(place: string): void {
    const found = this.#changeable(place);
    found.fileSystem.unlink(found.place);
  }

  rename(from: string, to: string): void {
    const [source, target] = this.#changeableBoth(from, to);
    source.fileSystem.rename(source.place, target.place);
  }

  link(from: string, to: string): void {
    const [source, target] = this.#changeableBoth(from, to);
    source.fileSystem.link(source.place, target.place);
  }

  symlink(target: string, place: string): void {
    const found = this.#changeable(place);
    found.fileSystem.symlink(target, found.place);
  }

  setTimes(place: string, times: NewTimes): void {
    const isMount = this.#isMount(place);
    const found = isMount ? this.#find(place) : this.#changeable(place);
    if (!found.fileSystem.writable) fail("EROFS");
    found.fileSystem.setTimes(found.place, times);
  }

  #find(place: string): Found {
    for (const mount of this.#mounts) {
      if (place === mount.place) {
        return { fileSystem: mount.fileSystem, place: "" };
      }
      if (place.startsWith(`${mount.place}/`)) {
        const below = place.slice(mount.place.length + 1);
        return { fileSystem: mount.fileSystem, place: below };
      }
    }
    return { fileSystem: this.#root, place };
  }

  /**
   * A place where something may change. Rights are given for the whole tree,
   * so each file system's own are looked at here.
   */
  #changeable(place: string): Found {
    if (this.#isAbove(place) || this.#isMount(place)) fail("EBUSY");
    const found = this.#find(place);
    if (!found.fileSystem.writable) fail("EROFS");
    // Directories that only lead to mounts have no room for anything else.
    const parent = parentOf(place);
    if (this.#isAbove(parent) && !this.#hasOwn(parent)) fail("EROFS");
    return found;
  }

  #changeableBoth(from: string, to: string): [Found, Found] {
    const source = this.#changeable(from);
    const target = this.#changeable(to);
    if (source.fileSystem !== target.fileSystem) fail("EXDEV");
    return [source, target];
  }

  #isMount(place: string): boolean {
    return this.#mounts.some((mount) => mount.place === place);
  }

  /** Whether a mount is below a place that is no mount itself. */
  #isAbove(place: string): boolean {
    return place !== "" && !this.#isMount(place) &&
      this.#mounts.some((mount) => mount.place.startsWith(`${place}/`));
  }

  /** The names in a directory that lead to mounts. */
  #mountedIn(directory: string): Set<string> {
    const prefix = directory === "" ? "" : `${directory}/`;
    const below = this.#mounts
      .filter(({ place }) => place.startsWith(prefix) && place !== directory)
      .map(({ place }) => place.slice(prefix.length).split("/", 1)[0]!);
    return new Set(below);
  }

  #ownEntries(place: string): DirectoryEntry[] {
    if (this.#isAbove(place) && !this.#hasOwn(place)) return [];
    const found = this.#find(place);
    return found.fileSystem.list(found.place);
  }

  #hasOwn(place: string): boolean {
    try {
      const found = this.#find(place);
      return found.fileSystem.stat(found.place).filetype === "directory";
    } catch {
      return false;
    }
  }

  /** Every directory that leads to a mount. */
  #aboves(): string[] {
    const places = new Set<string>();
    for (const { place } of this.#mounts) {
      for (let at = parentOf(place); at !== ""; at = parentOf(at)) {
        places.add(at);
      }
    }
    return [...places];
  }

  /** A directory that is there because a mount is below it. */
  #above(place: string): FileStat {
    const time = this.#bornAt;
    return {
      dev: 0,
      // One for each, from what leads through it; trees in memory begin above.
      ino: 2 + this.#aboves().indexOf(place),
      filetype: "directory",
      nlink: 1,
      size: 0,
      atim: time,
      mtim: time,
      ctim: time,
    };
  }
}
