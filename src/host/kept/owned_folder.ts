/** A folder that nobody but this process's user can change, nor any guest. */

import { dirname, join, resolve } from "../../config/host_path.ts";
import { PermissionDenied } from "../../errors.ts";
import { type HostIdentity, identityOf } from "../../fs/host/host_stat.ts";
import { OWN_PREFIX } from "../../fs/host/own_names.ts";
import { PROCESS_FOLDERS } from "../grants/process_folders.ts";
import { type RealFolder, realFolder } from "../grants/real_folder.ts";
import { isGranted } from "../grants/worker_permissions.ts";

/** What a folder of ours is for. */
export interface OwnedUse {
  /** The option that names the folder which it is in. */
  readonly option: string;
  /** Its name: no guest of this package sees one like it, or can make it. */
  readonly name: string;
}

/** For modules that were prepared. */
export const CACHE_USE: OwnedUse = {
  option: "cacheDirectory",
  name: `${OWN_PREFIX}prepared`,
};

/** For what has no room in an overlay's memory. */
export const SPILL_USE: OwnedUse = {
  option: "spillDirectory",
  name: `${OWN_PREFIX}spill`,
};

/** Bits of a mode. */
const Mode = { othersWrite: 0o022, others: 0o077, sticky: 0o1000 } as const;
const ROOT = 0;

/** A folder of ours, with those who lead to it held. */
export interface OwnedFolder {
  readonly path: string;
  readonly identity: HostIdentity;
  /** Who owns it, and all that this process makes. */
  readonly uid: number;
  readonly folder: RealFolder;
}

/**
 * Opens the folder in `directory` that is kept for this package, or makes it.
 *
 * @throws {PermissionDenied} when this process may not read and write there,
 * or a guest may.
 * @throws {TypeError} when somebody else may write there, or it can't be told.
 */
export function openOwnedFolder(
  directory: string,
  use: OwnedUse,
): OwnedFolder {
  if (Deno.build.os === "windows") {
    throw refused(
      use,
      directory,
      "who may write there can't be told on Windows",
    );
  }
  const absolute = resolve(directory);
  requireAccess(use, absolute);
  try {
    Deno.mkdirSync(absolute, { recursive: true, mode: 0o700 });
    const real = Deno.realPathSync(absolute);
    requireAccess(use, real);
    return openIn(use, directory, real);
  } catch (error) {
    if (error instanceof PermissionDenied || !hasCode(error)) throw error;
    throw refused(use, directory, error.message);
  }
}

/** Keeps every guest of this process away from it, until it is released. */
export function holdOwnedFolder(
  directory: string,
  owned: OwnedFolder,
  { option }: OwnedUse,
): void {
  if (PROCESS_FOLDERS.isReachable(owned.folder)) {
    throw new PermissionDenied(
      `Cannot use ${option} ${
        JSON.stringify(directory)
      }: a guest is granted a folder that leads to it`,
    );
  }
  PROCESS_FOLDERS.addAnchor(owned.folder);
}

/** Takes one {@linkcode holdOwnedFolder} back. */
export function releaseOwnedFolder({ folder }: OwnedFolder): void {
  PROCESS_FOLDERS.removeAnchor(folder);
}

/** Whether it is what was opened, and not something put in its place. */
export function isStill({ path, identity }: OwnedFolder): boolean {
  const { dev, ino, isDirectory } = Deno.lstatSync(path);
  return isDirectory && dev === identity.dev && ino === identity.ino;
}

/** Whether a file is one that only its owner, who is us, may have written. */
export function isOwnFile(info: Deno.FileInfo, uid: number): boolean {
  return info.isFile && info.uid === uid && info.nlink === 1 &&
    ((info.mode ?? Mode.others) & Mode.others) === 0;
}

function openIn(
  use: OwnedUse,
  directory: string,
  real: string,
): OwnedFolder {
  const { name } = use;
  // Who can rename what leads to the folder can put another one there.
  const above = foldersAbove(real);
  for (const { path, info } of above) {
    const mode = info.mode ?? Mode.othersWrite;
    const isShared = (mode & Mode.othersWrite) !== 0 &&
      (mode & Mode.sticky) === 0;
    if (!isShared) continue;
    throw refused(
      use,
      directory,
      `others may write in ${JSON.stringify(path)}`,
    );
  }
  const path = join(real, name);
  const info = madeFolder(path);
  if (!info.isDirectory) {
    throw refused(use, directory, `${name} is not a folder`);
  }
  const uid = ownUid(path);
  if (uid === null) {
    throw refused(use, directory, "who owns files can't be told");
  }
  if (info.uid !== uid) {
    throw refused(use, directory, `${name} in it belongs to another user`);
  }
  if (((info.mode ?? Mode.others) & Mode.others) !== 0) {
    throw refused(
      use,
      directory,
      `other users may access ${name} in it, make its mode 700`,
    );
  }
  const foreign = above
    .find(({ info }) => info.uid !== uid && info.uid !== ROOT);
  if (foreign) {
    const shown = JSON.stringify(foreign.path);
    throw refused(use, directory, `${shown} is another user's`);
  }
  return { path, identity: identityOf(info), uid, folder: realFolder(path) };
}

/** It, and those that lead to it, as far as this process may look. */
function foldersAbove(
  real: string,
): { readonly path: string; readonly info: Deno.FileInfo }[] {
  const above = [];
  for (let at = real, last = ""; at !== last; last = at, at = dirname(at)) {
    if (!isGranted("read", at)) break;
    above.push({ path: at, info: Deno.statSync(at) });
  }
  return above;
}

function madeFolder(path: string): Deno.FileInfo {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return Deno.lstatSync(path);
}

/** Deno tells who runs it only to those who may ask for more. */
function ownUid(path: string): number | null {
  const probe = join(path, `probe-${crypto.randomUUID()}`);
  Deno.writeFileSync(probe, new Uint8Array(), { createNew: true, mode: 0o600 });
  try {
    return Deno.lstatSync(probe).uid;
  } finally {
    Deno.removeSync(probe);
  }
}

function requireAccess({ option }: OwnedUse, path: string): void {
  for (const right of ["read", "write"] as const) {
    if (isGranted(right, path)) continue;
    throw new PermissionDenied(
      `Cannot use ${option} ${
        JSON.stringify(path)
      }: this process may not ${right} it, run Deno with --allow-${right}=${path}`,
    );
  }
}

function refused(
  { option }: OwnedUse,
  directory: string,
  why: string,
): TypeError {
  return new TypeError(
    `Cannot use ${option} ${JSON.stringify(directory)}: ${why}`,
  );
}

/** Errors of the system carry its code. */
function hasCode(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}
