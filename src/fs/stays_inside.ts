/** Tells whether a link stays inside of its file system. */

import { fail } from "./error_code.ts";
import { depthOf, type FileSystem, join } from "./file_system.ts";

/** The most entries that are looked through before a directory is moved. */
const MAX_ENTRIES = 65_536;

/**
 * Whether a link at `place` that says `target` stays below the tree's root.
 *
 * Guests are never led outside by any link. This is for everyone else who
 * follows a link that a guest made or moved. Going up is only allowed at the
 * start, where it goes up from the link's own directory: after a name it would
 * go up from wherever that name, another link perhaps, had led.
 */
export function staysInside(place: string, target: string): boolean {
  if (target === "" || target.startsWith("/")) return false;
  // Windows has more ways to write a path that starts elsewhere.
  if (Deno.build.os === "windows" && /[\\:]/.test(target)) return false;
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const firstDown = names.findIndex((name) => name !== "..");
  const ups = firstDown === -1 ? names.length : firstDown;
  return ups <= depthOf(place) && !names.includes("..", ups);
}

/**
 * Fails when a link in the directory `from` would lead outside once that is
 * moved to `to`; with XDEV when there is more in it than can be looked at, as
 * then a program copies it instead.
 *
 * @param stop Ends it, by throwing.
 */
export function refuseOutwardLinksIn(
  tree: FileSystem,
  from: string,
  to: string,
  stop: { check(): void },
): void {
  const directories = [""];
  let seen = 0;
  for (const below of directories) {
    stop.check();
    for (const { name, filetype } of tree.list(join(from, below))) {
      if (++seen > MAX_ENTRIES) fail("EXDEV");
      const at = join(below, name);
      if (filetype === "directory") directories.push(at);
      if (filetype !== "link") continue;
      const target = tree.readLink(join(from, at));
      if (!staysInside(join(to, at), target)) fail("EPERM");
    }
  }
}
