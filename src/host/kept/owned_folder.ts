/** A private folder that only this process's user, and no guest, can change. */

import { dirname, join, resolve } from "../../config/host_path.ts";
import { PermissionDenied } from "../../errors.ts";
import { type HostIdentity, identityOf } from "../../fs/host/host_stat.ts";
import { OWN_PREFIX } from "../../fs/host/own_names.ts";
import { PROCESS_FOLDERS } from "../grants/process_folders.ts";
import { type RealFolder, realFolder } from "../grants/real_folder.ts";
import { isGranted } from "../grants/worker_permissions.ts";

/** The purpose of a private folder. */
export interface OwnedUse {
  /** The option that names its parent folder. */
  readonly option: string;
  /** Its name, which guests can neither see nor create. */
  readonly name: string;
}

/** For prepared modules. */
export const CACHE_USE: OwnedUse = {
  option: "cacheDirectory",
  name: `${OWN_PREFIX}prepared`,
};

/** For overlay data that does not fit in memory. */
export const SPILL_USE: OwnedUse = {
  option: "spillDirectory",
  name: `${OWN_PREFIX}spill`,
};

/** Bits of a mode. */
const Mode = { othersWrite: 0o022, others: 0o077, sticky: 0o1000 } as const;
const ROOT = 0;

/** A private folder, whose parents are held. */
export interface OwnedFolder {
  readonly path: string;
  readonly identity: HostIdentity;
  /** The user id that owns it, and everything that this process creates. */
  readonly uid: number;
  readonly folder: RealFolder;
}

/**
 * Opens or creates this package's private folder in `directory`.
 *
 * @throws {PermissionDenied} when this process may not read and write there,
 * or a guest may.
 * @throws {TypeError} when other users may write there, or that can't be
 * determined.
 */
export function openOwnedFolder(
  directory: string,
  use: OwnedUse,
): OwnedFolder {
  if (Deno.build.os === "windows") {
    throw refused(
      use,
      directory,
      "write access can't be checked on Windows",
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

/** Undoes one {@linkcode holdOwnedFolder}. */
export function releaseOwnedFolder({ folder }: OwnedFolder): void {
  PROCESS_FOLDERS.removeAnchor(folder);
}

/** Whether it is still the opened folder, and was not replaced. */
export function isStill({ path, identity }: OwnedFolder): boolean {
  const { dev, ino, isDirectory } = Deno.lstatSync(path);
  return isDirectory && dev === identity.dev && ino === identity.ino;
}

/** Whether only we can have written a file. */
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
  // Whoever can rename a parent can replace the folder.
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
    throw refused(use, directory, "file ownership can't be determined");
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

/** The folder and its parents, as far as this process can read them. */
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

/**
 * Deno reveals the user id only with a wider permission, so it is derived from
 * a file.
 */
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

/** Whether a value is a system error, which has a code. */
function hasCode(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}
