/**
 * Whether a folder that a guest asked for may be proposed to a person.
 *
 * The guest chose the path: so links, hidden names, the system's folders and
 * whatever looks like a secret are left out, and nobody is asked for a
 * permission to look.
 */

import { dirname, join } from "../../config/host_path.ts";
import { codeOf } from "../../fs/error_code.ts";
import { checkListable, readNames } from "../../fs/host/host_listing.ts";
import { isOwnPlace } from "../../fs/host/own_names.ts";
import { placeIn } from "./real_folder.ts";
import { isSecretName } from "./secret_names.ts";
import { isGranted } from "./worker_permissions.ts";

/** What was looked for, and where a person keeps files. */
export interface FolderQuestion {
  /** The path on the host of what the guest asked for. */
  readonly path: string;
  /** Whether the folder itself was asked for: to list it, for one. */
  readonly isFolder: boolean;
  /** Whether it may be missing, because it was to be made. */
  readonly mayBeMissing: boolean;
}

/** A folder that may be proposed, or why not. */
export type FolderAnswer =
  | { readonly folder: string }
  | { readonly why: string; readonly isMissing?: boolean };

/** Folders of the system: nothing in them is a person's data. */
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

/** How many names of a folder are looked through for secrets. */
const MOST_NAMES = 5_000;

/** Whose files are looked at. */
export interface FolderOwner {
  /** The folder that a person named, without links. */
  readonly base: string;
  /** Where the person's own files are, without links. */
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
    return { why: "a link is on the way to it" };
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

/** One that the base folder is in was chosen by a person. */
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
    ? "it is a person's home"
    : "a person's home is in it";
}

/** A grant of a folder shows all that is in it, whatever was asked for. */
function whySecret(folder: string): string | undefined {
  const folders = [folder];
  let names = 0;
  for (const at of folders) {
    const entries = entriesOf(at, MOST_NAMES - names);
    if (!entries) return "it has too many names to look through";
    names += entries.length;
    for (const { name, isDirectory } of entries) {
      if (isSecretName(name)) return `it has what may be a secret: ${name}`;
      if (isOwnPlace(name)) return "it has files of the sandbox's own";
      if (isDirectory) folders.push(join(at, name));
    }
  }
  return undefined;
}

/** What is in a folder that may be looked at; undefined for too much. */
function entriesOf(folder: string, most: number): Deno.DirEntry[] | undefined {
  try {
    checkListable(Deno.statSync(folder));
    return readNames(folder, most);
  } catch (error) {
    return codeOf(error) === "EOVERFLOW" ? undefined : [];
  }
}
