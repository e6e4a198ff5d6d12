/** Resolves a guest's path one name at a time, including symbolic links. */

import type { FileStat } from "./file_stat.ts";
import { codeOf, fail } from "./error_code.ts";
import type { StopPage } from "../stop_page.ts";
import { type FileSystem, join } from "./file_system.ts";

/** The maximum number of symbolic links in one path, as on Linux. */
const LINK_BUDGET = 40;

/** The resolved form of a guest's path. */
export interface Resolved {
  readonly place: string;
  /**
   * Its metadata; undefined if nothing exists there and an entry may be
   * created.
   */
  readonly stat: FileStat | undefined;
  /** Whether the path ends in a slash or a dot, and so must be a directory. */
  readonly directory: boolean;
}

/**
 * The last component of a path: a name, the directory itself, or its parent.
 */
export type PathEnd = "name" | "." | "..";

/**
 * Like {@linkcode resolve}, for an entry to create, move or remove: a symbolic
 * link at the end is never followed, not even with a trailing slash.
 */
export function resolveEntry(
  tree: FileSystem,
  base: string,
  path: string,
  stop: StopPage,
): Resolved & { readonly end: PathEnd } {
  const entry = withoutSlashes(path);
  const { place, stat, directory } = resolve(tree, base, entry, false, stop);
  const end = endOf(entry);
  if (stat?.filetype === "link") {
    return { place, stat, directory: entry !== path, end };
  }
  return { ...checked(place, stat, directory || entry !== path), end };
}

/**
 * Resolves a guest's path relative to `base` in `tree`.
 *
 * One name at a time: each symbolic link is replaced by its target, so `..`
 * after a link means the parent of its target. Paths that lead above `base` are
 * refused, and so are absolute paths and targets.
 *
 * @param opens Whether an existing file is only to be opened: then recent
 * metadata is good enough.
 */
export function resolve(
  tree: FileSystem,
  base: string,
  path: string,
  followLast: boolean,
  stop: StopPage,
  opens = false,
): Resolved {
  const found = find(tree, base, path, followLast, stop, opens);
  // A missing entry has no `.` in it.
  if (found.stat === undefined && endOf(path) === ".") fail("ENOENT");
  return found;
}

function find(
  tree: FileSystem,
  base: string,
  path: string,
  followLast: boolean,
  stop: StopPage,
  opens: boolean,
): Resolved {
  if (path === "") fail("ENOENT");
  const names = namesOf(path);
  const directory = meansDirectory(path);
  if (!names.includes("..")) {
    const found = lookUp(tree, join(base, names.join("/")), opens);
    const link = found?.stat?.filetype === "link";
    if (found && !(link && (followLast || directory))) {
      return checked(found.place, found.stat, directory);
    }
  }
  return new Walk(tree, base, names, stop).run(followLast, directory);
}

/**
 * The metadata of a place; `undefined` if there is a symbolic link on the way.
 */
function lookUp(
  tree: FileSystem,
  place: string,
  opens: boolean,
): { place: string; stat: FileStat | undefined } | undefined {
  try {
    const recent = opens ? tree.recent?.(place) : undefined;
    return { place, stat: recent ?? tree.stat(place) };
  } catch (error) {
    const errno = codeOf(error);
    if (errno === "ENOENT") return { place, stat: undefined };
    if (errno === "ELOOP") return undefined;
    throw error;
  }
}

class Walk {
  readonly #tree: FileSystem;
  readonly #base: string;
  readonly #stop: StopPage;
  /** Remaining names, in reverse order. */
  readonly #ahead: string[];
  /** Names below the base that were resolved, all of them real directories. */
  readonly #gone: string[] = [];
  #links = 0;

  constructor(tree: FileSystem, base: string, names: string[], stop: StopPage) {
    this.#tree = tree;
    this.#base = base;
    this.#stop = stop;
    this.#ahead = names.reverse();
  }

  run(followLast: boolean, directory: boolean): Resolved {
    for (;;) {
      const name = this.#ahead.pop();
      if (name === undefined) return this.#arrived();
      if (name === "..") {
        if (this.#gone.pop() === undefined) fail("EPERM");
        continue;
      }
      const last = this.#ahead.length === 0;
      const place = join(join(this.#base, this.#gone.join("/")), name);
      const stat = this.#stat(place, last);
      if (stat?.filetype === "link") {
        if (last && !followLast && !directory) {
          return { place, stat, directory };
        }
        const target = this.#follow(place);
        if (last && meansDirectory(target)) directory = true;
        continue;
      }
      if (last) return checked(place, stat, directory);
      if (stat?.filetype !== "directory") fail("ENOTDIR");
      this.#gone.push(name);
    }
  }

  #arrived(): Resolved {
    const place = join(this.#base, this.#gone.join("/"));
    return { place, stat: this.#tree.stat(place), directory: true };
  }

  #stat(place: string, last: boolean): FileStat | undefined {
    this.#stop.check();
    try {
      return this.#tree.stat(place);
    } catch (error) {
      if (last && codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  #follow(place: string): string {
    if (++this.#links > LINK_BUDGET) fail("ELOOP");
    const target = this.#tree.readLink(place);
    if (target === "") fail("ENOENT");
    this.#ahead.push(...namesOf(target).reverse());
    return target;
  }
}

function checked(
  place: string,
  stat: FileStat | undefined,
  directory: boolean,
): Resolved {
  if (directory && stat && stat.filetype !== "directory") fail("ENOTDIR");
  return { place, stat, directory };
}

/** The names of a relative path, without empty ones and dots. */
function namesOf(path: string): string[] {
  if (path.startsWith("/")) fail("EPERM");
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function meansDirectory(path: string): boolean {
  return path.endsWith("/") || endOf(path) !== "name";
}

function endOf(path: string): PathEnd {
  const entry = withoutSlashes(path);
  const last = entry.slice(entry.lastIndexOf("/") + 1);
  return last === "." || last === ".." ? last : "name";
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === "/") end--;
  return path.slice(0, end);
}
