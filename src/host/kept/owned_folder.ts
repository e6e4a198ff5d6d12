/** A folder that nobody but this process's user can change, nor any guest. */

import { dirname, join, resolve } from "../../config/host_path.ts";
import { PermissionDenied } from "../../errors.ts";
import { type HostIdentity, identityOf } from "../../fs/host/host_stat.ts";
import { OWN_PREFIX } from "../../fs/host/own_names.ts";
import { PROCESS_FOLDERS } from "../grants/process_folders.ts";
import { type RealFolder, realFolder } from "../grants/real_folder.ts";
import { isGranted } from "../grants/worker_permissions.ts";

/** Its name: no guest of this package sees one like it, or can make it. */
const NAME = `${OWN_PREFIX}prepared`;

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
export function openOwnedFolder(directory: string): OwnedFolder {
  if (Deno.build.os === "windows") {
    throw refused(directory, "who may write there can't be told on Windows");
  }
  const absolute = resolve(directory);
  requireAccess(absolute);
  try {
    Deno.mkdirSync(absolute, { recursive: true, mode: 0o700 });
    const real = Deno.realPathSync(absolute);
    requireAccess(real);
    return openIn(directory, real);
  } catch (error) {
    if (error instanceof PermissionDenied || !hasCode(error)) throw error;
    throw refused(directory, error.message);
  }
}

/** Keeps every guest of this process away from it, until it is released. */
export function holdOwnedFolder(directory: string, owned: OwnedFolder): void {
  if (PROCESS_FOLDERS.isReachable(owned.folder)) {
    throw new PermissionDenied(
      `Cannot use cacheDirectory ${
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

function openIn(directory: string, real: string): OwnedFolder {
  // Who can rename what leads to the folder can put another one there.
  const above = foldersAbove(real);
  for (const { path, info } of above) {
    const mode = info.mode ?? Mode.othersWrite;
    const isShared = (mode & Mode.othersWrite) !== 0 &&
      (mode & Mode.sticky) === 0;
    if (!isShared) continue;
    throw refused(directory, `others may write in ${JSON.stringify(path)}`);
  }
  const path = join(real, NAME);
  const info = madeFolder(path);
  if (!info.isDirectory) throw refused(directory, `${NAME} is not a folder`);
  const uid = ownUid(path);
  if (uid === null) throw refused(directory, "who owns files can't be told");
  if (info.uid !== uid) {
    throw refused(directory, `${NAME} in it belongs to another user`);
  }
  if (((info.mode ?? Mode.others) & Mode.others) !== 0) {
    throw refused(directory, `others may use ${NAME} in it, make its mode 700`);
  }
  const foreign = above
    .find(({ info }) => info.uid !== uid && info.uid !== ROOT);
  if (foreign) {
    const shown = JSON.stringify(foreign.path);
    throw refused(directory, `${shown} is another user's`);
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

function requireAccess(path: string): void {
  for (const name of ["read", "write"] as const) {
    if (isGranted(name, path)) continue;
    throw new PermissionDenied(
      `Cannot use cacheDirectory ${
        JSON.stringify(path)
      }: this process may not ${name} it, run Deno with --allow-${name}=${path}`,
    );
  }
}

function refused(directory: string, why: string): TypeError {
  return new TypeError(
    `Cannot use cacheDirectory ${JSON.stringify(directory)}: ${why}`,
  );
}

/** Errors of the system carry its code. */
function hasCode(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}
