/** Resolves a guest's path one name at a time, links included. */

import type { FileStat } from "./file_stat.ts";
import { codeOf, fail } from "./error_code.ts";
import type { StopPage } from "../stop_page.ts";
import { type FileSystem, join } from "./file_system.ts";

/** How many links one path may lead through: what Linux allows. */
const LINK_BUDGET = 40;

/** Where a guest's path leads. */
export interface Resolved {
  readonly place: string;
  /** What is there; nothing is when a file or directory may be made. */
  readonly stat: FileStat | undefined;
  /** The path ended in a slash or a dot, so it means a directory. */
  readonly directory: boolean;
}

/** What the last part of a path is: a name, or the directory itself or above. */
export type PathEnd = "name" | "." | "..";

/**
 * Like {@linkcode resolve}, for an entry that is made, moved or removed: a link
 * at the end is never followed, not even for a slash behind it.
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
 * Finds the place that a guest's path leads to, below `base` in `tree`.
 *
 * One name at a time: each link is read and its target put in place of its
 * name, so that `..` after a link means the parent of where the link led. What
 * leads above `base` is refused, and so is everything absolute.
 *
 * @param opens Whether a file that is there is only to be opened: then what the
 * tree has seen of it a moment ago is enough.
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
  // What is not there has no `.` in it.
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

/** What is at a place, or `undefined` when a link is on the way there. */
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
  /** Names still to go, the next one last. */
  readonly #ahead: string[];
  /** Names below the base that were gone, all of them real directories. */
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

/** The names of a relative path, without the ones that mean nothing. */
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
