import { codeOf, type ErrorCode } from "../error_code.ts";
import { StopPage } from "../../stop_page.ts";
import { AncestorGuard } from "./ancestor_guard.ts";
import type { HostDirectory } from "./host_directory.ts";
import { staysInside } from "../stays_inside.ts";
import { parentOf } from "../file_system.ts";

/**
 * Makes a symbolic link in a granted directory, for a guest: what the host
 * does when a worker's {@linkcode LinkBroker} asks it to.
 *
 * The host's permissions are wider than the worker's, so nothing that comes
 * from there is believed: the place must be below the directory, the link must
 * stay inside, and the way to it must have no links.
 *
 * @param directory One of the directories that the host granted itself.
 * @param place Where in it, as names joined by `/`.
 * @param target What the link says.
 * @returns what went wrong, or undefined when the link was made.
 */
export function makeLink(
  directory: HostDirectory,
  place: string,
  target: string,
): ErrorCode | undefined {
  if (!directory.write) return "EROFS";
  if (!isPlace(place) || !staysInside(place, target)) return "EPERM";
  // Another guest may move the link up while it is made; one that never goes
  // up can't be moved to where it leads outside.
  if (target.split("/").includes("..")) return "EPERM";
  const { host, anchor } = directory;
  const path = `${anchor ?? host.replace(/\/+$/, "")}/${place}`;
  const make = () => Deno.symlinkSync(target, path);
  try {
    if (anchor !== undefined) make();
    else new AncestorGuard(host, neverStopped()).change(parentOf(place), make);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code === "ENOTCAPABLE" ? "ENOTSUP" : code;
  }
}

function isPlace(place: string): boolean {
  if (Deno.build.os === "windows" && /[\\:]/.test(place)) return false;
  return !place.includes("\0") &&
    place.split("/").every((name) =>
      name !== "" && name !== "." && name !== ".."
    );
}

function neverStopped(): StopPage {
  return new StopPage(
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
  );
}
