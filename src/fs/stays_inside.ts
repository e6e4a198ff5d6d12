/** Checks whether a symbolic link stays inside its file system. */

import { fail } from "./error_code.ts";
import { depthOf, type FileSystem, join } from "./file_system.ts";

/** The maximum number of entries checked before a directory is moved. */
const MAX_ENTRIES = 65_536;

/**
 * Whether a symbolic link at `place` to `target` stays below the tree's root.
 *
 * Guests never escape through links anyway. This protects other programs that
 * follow a link that a guest created or moved. `..` is allowed only at the
 * start, where it is relative to the link's own directory: after a name it
 * would be relative to the target of that name, which may be another link.
 */
export function staysInside(place: string, target: string): boolean {
  if (target === "" || target.startsWith("/")) return false;
  // Windows has more forms of absolute and drive-relative paths.
  if (Deno.build.os === "windows" && /[\\:]/.test(target)) return false;
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const firstDown = names.findIndex((name) => name !== "..");
  const ups = firstDown === -1 ? names.length : firstDown;
  return ups <= depthOf(place) && !names.includes("..", ups);
}

/**
 * Fails if a symbolic link in the directory `from` would lead outside after
 * moving it to `to`; with EXDEV if it has too many entries to check, as
 * programs then copy it instead.
 *
 * @param stop Called regularly; throws to stop.
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
