/** Resolves the real path of a granted folder, and its parent directories. */

import {
  basename,
  dirname,
  isAbsolute,
  join,
  relative,
} from "../../config/host_path.ts";
import { type HostIdentity, identityOf } from "../../fs/host/host_stat.ts";
import { isGranted } from "./worker_permissions.ts";

/** The current state of a host folder. */
export interface RealFolder {
  /**
   * Its path with symbolic links resolved, as far as this process can read it.
   */
  readonly path: string;
  /** Undefined if it does not exist. */
  readonly identity: HostIdentity | undefined;
  /** Its identity and those of its readable parents. */
  readonly way: readonly HostIdentity[];
}

/** Inspects a folder, without a permission prompt. */
export function realFolder(host: string): RealFolder {
  const path = realPath(host);
  const identity = identityAt(host);
  const way = identity ? [identity] : [];
  for (let at = path; dirname(at) !== at;) {
    at = dirname(at);
    const above = identityAt(at);
    if (above) way.push(above);
  }
  return { path, identity, way };
}

/**
 * The place of `path` in `folder`, with slashes; empty if they are equal, and
 * undefined if it is outside.
 */
export function placeIn(folder: string, path: string): string | undefined {
  const place = relative(folder, path).replaceAll("\\", "/");
  const leaves = place === ".." || place.startsWith("../") || isAbsolute(place);
  return leaves ? undefined : place;
}

/**
 * A path with symbolic links resolved, as far as this process can read it. A
 * missing folder will be created in its parent's real path.
 */
export function realPath(path: string): string {
  if (!isGranted("read", path)) return path;
  try {
    return Deno.realPathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

function identityAt(path: string): HostIdentity | undefined {
  if (!isGranted("read", path)) return undefined;
  try {
    return identityOf(Deno.statSync(path));
  } catch {
    return undefined;
  }
}
