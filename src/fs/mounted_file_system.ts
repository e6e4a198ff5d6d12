/**
 * Combines a root and the file systems mounted below it into one tree. Guests
 * see it as `/`, so that relative paths work and `/` lists what was granted.
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

/** A file system and its mount point in the tree. */
export interface Mount {
  /** The mount point: names joined by `/`, without a leading slash. */
  readonly place: string;
  readonly fileSystem: FileSystem;
}

/** A place, translated to the file system that contains it. */
interface Found {
  readonly fileSystem: FileSystem;
  readonly place: string;
}

/** The combined tree. Mount points can't be moved, removed or replaced. */
export class MountedFileSystem implements FileSystem {
  readonly writable: boolean;
  readonly #root: FileSystem;
  /** Sorted by length of the mount point, longest first. */
  readonly #mounts: readonly Mount[];
  readonly #bornAt: bigint;

  /**
   * @param bornAt The time of directories that exist only as parents of mounts.
   */
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
   * A place that may be changed. Rights apply to the whole tree, so whether
   * each file system is writable is checked here.
   */
  #changeable(place: string): Found {
    if (this.#isAbove(place) || this.#isMount(place)) fail("EBUSY");
    const found = this.#find(place);
    if (!found.fileSystem.writable) fail("EROFS");
    // Directories that exist only as parents of mounts can't contain anything
    // else.
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

  /** Whether a place is a parent of a mount, but not a mount itself. */
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

  /** Every directory that is a parent of a mount. */
  #aboves(): string[] {
    const places = new Set<string>();
    for (const { place } of this.#mounts) {
      for (let at = parentOf(place); at !== ""; at = parentOf(at)) {
        places.add(at);
      }
    }
    return [...places];
  }

  /** The metadata of a directory that exists only as a parent of a mount. */
  #above(place: string): FileStat {
    const time = this.#bornAt;
    return {
      dev: 0,
      // A distinct number for each, below those of in-memory trees.
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
