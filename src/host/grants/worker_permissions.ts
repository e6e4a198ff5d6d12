/** Derives a worker's Deno permissions from the configuration. */

import type { GrantedDirectory } from "../../contract/system_grants.ts";
import { PermissionDenied } from "../../errors.ts";

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

const NOTHING: WorkerPermissions = {
  read: false,
  write: false,
  net: false,
  env: false,
  ffi: false,
  import: false,
  run: false,
  sys: false,
};

/**
 * Derives the permissions of the workers that run guests. They never include
 * the network, which only the fetching worker has.
 *
 * @param readsSpills Whether spill folders are needed only for reading.
 * @throws {PermissionDenied} when the host process lacks one of them; the
 * message names the flag to add.
 */
export function workerPermissions(
  directories: readonly GrantedDirectory[],
  readsSpills = false,
): WorkerPermissions {
  const writable = directories.filter(({ write }) => write);
  for (const { host } of directories) requireGranted("read", host);
  for (const { host } of writable) requireGranted("write", host);
  const spills = directories.flatMap(({ spill }) => spill ?? []);
  return {
    ...NOTHING,
    read: listed(directories, spills),
    write: listed(writable, readsSpills ? [] : spills),
  };
}

/**
 * Derives the permissions of the fetching worker.
 *
 * @throws {PermissionDenied} when the host process lacks one of them; the
 * message names the flag to add.
 */
export function networkPermissions(
  allowNetwork: boolean | readonly string[],
): WorkerPermissions {
  const net = networkHosts(allowNetwork);
  if (net === true) requireGranted("net");
  else for (const host of net || []) requireGranted("net", host);
  return { ...NOTHING, net };
}

/** The directories, their anchors, and others. */
function listed(
  directories: readonly GrantedDirectory[],
  others: readonly string[],
): string[] | false {
  const all = directories.flatMap(({ host, anchorFolder }) =>
    anchorFolder === undefined ? [host] : [host, anchorFolder]
  );
  return all.length + others.length > 0 && [...all, ...others];
}

/** Deno has no wildcards: if one is granted, every host is permitted. */
function networkHosts(grant: boolean | readonly string[]): string[] | boolean {
  if (typeof grant === "boolean") return grant;
  if (grant.some((entry) => entry.startsWith("*."))) return true;
  return grant.length === 0 ? false : [...grant];
}

function requireGranted(name: "read" | "write" | "net", target?: string): void {
  if (isGranted(name, target)) return;
  const [to, value] = target === undefined
    ? ["", ""]
    : [` to ${JSON.stringify(target)}`, `=${target}`];
  throw new PermissionDenied(
    `Cannot grant ${name} access${to}: this process does not have it, run Deno with --allow-${name}${value}`,
  );
}

/** Whether this process has a permission, without a prompt. */
export function isGranted(
  name: "read" | "write" | "net",
  target?: string,
): boolean {
  const of = target === undefined
    ? {}
    : name === "net"
    ? { host: target }
    : { path: target };
  const descriptor = { name, ...of } as Deno.PermissionDescriptor;
  return Deno.permissions.querySync(descriptor).state === "granted";
}
