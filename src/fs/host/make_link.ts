/** Creates symbolic links on the host, for workers that may not. */

import { codeOf, type ErrorCode, fail } from "../error_code.ts";
import { GrantedFolder } from "./granted_folder.ts";
import type { HeldDirectories } from "./held_directories.ts";
import type { HostDirectory } from "./host_directory.ts";
import { staysInside } from "../stays_inside.ts";

/**
 * Creates a symbolic link in a granted directory for a guest: the host's side
 * of a {@linkcode LinkBroker}.
 *
 * The host has more permissions than the worker, so the worker's request is not
 * trusted: the place must be below the directory, the link must stay inside,
 * and the path to it must contain no symbolic links, which the kernel enforces
 * with an anchor.
 *
 * @param directory A directory granted by the host itself.
 * @param place The place in it, as names joined by `/`.
 * @param target The target of the link.
 * @param held The directories that no guest may touch.
 * @param sameAs An identical link, of which this becomes a hard link.
 * @returns the error, or undefined if the link was created.
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
  // Another guest may move the link up while it is created; a link without `..`
  // can't be moved to where it leads outside.
  if (target.split("/").includes("..")) fail("EPERM");
  // Deno would prompt the user.
  if (!mayMakeLinks()) fail("ENOTSUP");
  const folder = new GrantedFolder(directory, held);
  // A guard would block the host's own thread.
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

/** Deno creates symbolic links only with unscoped permissions. */
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
