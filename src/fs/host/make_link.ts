/** Makes symbolic links on the host, for workers that may not. */

import { codeOf, type ErrorCode, fail } from "../error_code.ts";
import { GrantedFolder } from "./granted_folder.ts";
import type { HeldDirectories } from "./held_directories.ts";
import type { HostDirectory } from "./host_directory.ts";
import { staysInside } from "../stays_inside.ts";

/**
 * Makes a symbolic link in a granted directory, for a guest: what the host
 * does when a worker's {@linkcode LinkBroker} asks it to.
 *
 * The host's permissions are wider than the worker's, so nothing that comes
 * from there is believed: the place must be below the directory, the link must
 * stay inside, and the way to it must have no links: the kernel sees to that, so
 * there must be an anchor.
 *
 * @param directory One of the directories that the host granted itself.
 * @param place Where in it, as names joined by `/`.
 * @param target What the link says.
 * @param held What no guest may touch.
 * @param sameAs A link that says the same, of which this is to be another name.
 * @returns what went wrong, or undefined when the link was made.
 */
export function makeLink(
  directory: HostDirectory,
  place: string,
  target: string,
  held: HeldDirectories,
  sameAs?: string,
): ErrorCode | undefined {
  try {
    make(directory, place, target, held, sameAs);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code === "ENOTCAPABLE" ? "ENOTSUP" : code;
  }
}

function make(
  directory: HostDirectory,
  place: string,
  target: string,
  held: HeldDirectories,
  sameAs: string | undefined,
): void {
  if (!directory.write) fail("EROFS");
  if (!isPlace(place) || !staysInside(place, target)) fail("EPERM");
  // Another guest may move the link up while it is made; one that never goes
  // up can't be moved to where it leads outside.
  if (target.split("/").includes("..")) fail("EPERM");
  // Deno would ask whoever sits at the terminal.
  if (!mayMakeLinks()) fail("ENOTSUP");
  const folder = new GrantedFolder(directory, held);
  // A guard would make the host's own thread wait.
  if (!folder.isAnchored) fail("ENOTSUP");
  folder.check();
  folder.refuseProtected(place);
  if (sameAs === undefined) {
    return Deno.symlinkSync(target, folder.path(place));
  }
  if (!isPlace(sameAs)) fail("EPERM");
  const known = folder.path(sameAs);
  if (Deno.readLinkSync(known) !== target) fail("ESTALE");
  Deno.linkSync(known, folder.path(place));
}

/** Deno makes links for unscoped permissions only. */
function mayMakeLinks(): boolean {
  return (["read", "write"] as const).every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
}

function isPlace(place: string): boolean {
  if (Deno.build.os === "windows" && /[\\:]/.test(place)) return false;
  return !place.includes("\0") &&
    place.split("/").every((name) =>
      name !== "" && name !== "." && name !== ".."
    );
}
