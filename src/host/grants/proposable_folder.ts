/**
 * Decides whether a folder that a guest requested may be proposed to the user.
 *
 * The guest chose the path, so symbolic links, hidden names, system folders and
 * anything that looks like a secret are excluded, and no permission prompt is
 * triggered.
 */

import { dirname, join } from "../../config/host_path.ts";
import { codeOf } from "../../fs/error_code.ts";
import { checkListable, readNames } from "../../fs/host/host_listing.ts";
import { isOwnPlace } from "../../fs/host/own_names.ts";
import { placeIn } from "./real_folder.ts";
import { isSecretName } from "./secret_names.ts";
import { isGranted } from "./worker_permissions.ts";

/** What was requested. */
export interface FolderQuestion {
  /** The requested host path. */
  readonly path: string;
  /** Whether the folder itself was requested, for example to list it. */
  readonly isFolder: boolean;
  /** Whether it may be missing, because it was to be created. */
  readonly mayBeMissing: boolean;
}

/** A folder that may be proposed, or why not. */
export type FolderAnswer =
  | { readonly folder: string }
  | { readonly why: string; readonly isMissing?: boolean };

/** System folders, which contain no user data. */
const SYSTEM_FOLDERS: readonly string[] = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib64",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
];

/** Maximum number of names checked for secrets. */
const MOST_NAMES = 5_000;

/** The user's folders. */
export interface FolderOwner {
  /** The folder that the user named, with symbolic links resolved. */
  readonly base: string;
  /** The user's home, with symbolic links resolved. */
  readonly home: string | undefined;
}

/** Looks a folder up. */
export function proposableFolder(
  { path, isFolder, mayBeMissing }: FolderQuestion,
  { base, home }: FolderOwner,
): FolderAnswer {
  if (!isGranted("read", path)) return { why: "this process may not look" };
  const system = whySystem(path, base, home);
  if (system !== undefined) return { why: system };
  const info = lookAt(path);
  if (info?.isSymlink) return { why: "it is a link" };
  if (!info && !mayBeMissing) {
    return { why: "nothing is there", isMissing: true };
  }
  const folder = isFolder || info?.isDirectory ? path : dirname(path);
  const above = folder === path ? info : lookAt(folder);
  if (!above) {
    return { why: "the folder is not there", isMissing: true };
  }
  if (!above.isDirectory) return { why: "it is not in a folder" };
  if (Deno.realPathSync(folder) !== folder) {
    return { why: "there is a link on the path to it" };
  }
  const why = whyWide(folder, home) ?? whySecret(folder);
  return why === undefined ? { folder } : { why };
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

/** A folder that contains the base folder was chosen by the user. */
function whySystem(
  path: string,
  base: string,
  home: string | undefined,
): string | undefined {
  const isHome = home !== undefined && placeIn(home, path) !== undefined;
  const isInBase = placeIn(base, path) !== undefined;
  const system = SYSTEM_FOLDERS.find((one) =>
    placeIn(one, path) !== undefined && !(isHome && one !== "/proc") &&
    !(isInBase && placeIn(one, base) !== undefined)
  );
  return system && `${system} is the system's`;
}

function whyWide(folder: string, home: string | undefined): string | undefined {
  if (dirname(folder) === folder) return "it is the root of the host";
  if (home === undefined || placeIn(folder, home) === undefined) {
    return undefined;
  }
  return placeIn(home, folder) === ""
    ? "it is a home directory"
    : "it contains a home directory";
}

/** Granting a folder exposes everything in it, whatever was requested. */
function whySecret(folder: string): string | undefined {
  const folders = [folder];
  let names = 0;
  for (const at of folders) {
    const entries = entriesOf(at, MOST_NAMES - names);
    if (!entries) return "it has too many names to look through";
    names += entries.length;
    for (const { name, isDirectory } of entries) {
      if (isSecretName(name)) {
        return `it contains what may be a secret: ${name}`;
      }
      if (isOwnPlace(name)) return "it has files of the sandbox's own";
      if (isDirectory) folders.push(join(at, name));
    }
  }
  return undefined;
}

/** The entries of a readable folder; undefined if there are too many. */
function entriesOf(folder: string, most: number): Deno.DirEntry[] | undefined {
  try {
    checkListable(Deno.statSync(folder));
    return readNames(folder, most);
  } catch (error) {
    return codeOf(error) === "EOVERFLOW" ? undefined : [];
  }
}
