/** A worker's Deno permissions: the configuration's mirror, and nothing else. */

import { resolve } from "@std/path";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import { PermissionDenied } from "../errors.ts";

/** The permissions of a worker; every kind is named, so that none is inherited. */
export interface WorkerPermissions {
  readonly read: string[] | false;
  readonly write: string[] | false;
  readonly net: string[] | boolean;
  readonly env: false;
  readonly ffi: false;
  readonly import: false;
  readonly run: false;
  readonly sys: false;
}

/** A permission that the host process must have itself. */
type Grant =
  | { name: "read" | "write"; path: string }
  | { name: "net"; host?: string };

/**
 * Derives the permissions of a configuration's workers.
 *
 * @throws {PermissionDenied} when the host process lacks one of them, with the
 * flag to add.
 */
export function workerPermissions(config: SandboxConfig): WorkerPermissions {
  const paths = config.allowedPaths
    .map(({ host, write }) => ({ path: resolve(host), write }));
  const writable = paths.filter(({ write }) => write);
  for (const { path } of paths) requireGranted({ name: "read", path });
  for (const { path } of writable) requireGranted({ name: "write", path });
  const net = networkHosts(config.allowNetwork);
  for (const host of net === true ? [undefined] : net || []) {
    requireGranted(
      host === undefined ? { name: "net" } : { name: "net", host },
    );
  }
  return {
    read: listed(paths),
    write: listed(writable),
    net,
    env: false,
    ffi: false,
    import: false,
    run: false,
    sys: false,
  };
}

function listed(paths: readonly { path: string }[]): string[] | false {
  return paths.length === 0 ? false : paths.map(({ path }) => path);
}

/** Deno knows no wildcards: where one is granted, every host is. */
function networkHosts(grant: boolean | readonly string[]): string[] | boolean {
  if (typeof grant === "boolean") return grant;
  if (grant.some((entry) => entry.startsWith("*."))) return true;
  return grant.length === 0 ? false : [...grant];
}

function requireGranted(descriptor: Grant): void {
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  const { name } = descriptor;
  const target = name === "net" ? descriptor.host : descriptor.path;
  const [to, value] = target === undefined
    ? ["", ""]
    : [` to ${JSON.stringify(target)}`, `=${target}`];
  throw new PermissionDenied(
    `Cannot grant ${name} access${to}: this process does not have it, run Deno with --allow-${name}${value}`,
  );
}
