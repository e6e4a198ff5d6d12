/** Where a granted folder really is, and which directories lead to it. */

import {
  basename,
  dirname,
  isAbsolute,
  join,
  relative,
} from "../../config/host_path.ts";
import { type HostIdentity, identityOf } from "../../fs/host/host_stat.ts";
import { isGranted } from "./worker_permissions.ts";

/** A folder of the host, as it is now. */
export interface RealFolder {
  /** Its path without links, as far as this process may know it. */
  readonly path: string;
  /** Unknown when it is not there. */
  readonly identity: HostIdentity | undefined;
  /** It and the directories that lead to it, those that may be looked at. */
  readonly way: readonly HostIdentity[];
}

/** Looks at a folder. Asks nobody for a permission. */
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
 * Where `path` is in `folder`, with slashes; empty when both are the same, and
 * undefined when it is not in it.
 */
export function placeIn(folder: string, path: string): string | undefined {
  const place = relative(folder, path).replaceAll("\\", "/");
  const leaves = place === ".." || place.startsWith("../") || isAbsolute(place);
  return leaves ? undefined : place;
}

/**
 * A path without links, as far as this process may look. What is not there yet
 * will be made where its parent really is.
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
