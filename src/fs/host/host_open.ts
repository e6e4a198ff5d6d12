import * as fs from "node:fs";
import { type HostIdentity, isSame } from "./host_stat.ts";
import type { OpenMode } from "../file_system.ts";

/** What names of files in the making begin with; guests don't see them. */
const STAGE_PREFIX = ".cortexai-sandbox-";

/** Never wait for a FIFO, never become a terminal's process, no link. */
const SAFE_FLAGS: number = fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY |
  fs.constants.O_NOFOLLOW;

/** The flags that a mode needs, the ones that make a file left out. */
export function flagsOf(mode: OpenMode): number {
  if (!mode.write) return fs.constants.O_RDONLY;
  return mode.read ? fs.constants.O_RDWR : fs.constants.O_WRONLY;
}

/** Whether a name is one of a file in the making. */
export function isStaged(name: string): boolean {
  return name.startsWith(STAGE_PREFIX);
}

/**
 * Opens a path, and keeps what was opened only if it is what was meant.
 * Opening neither makes nor truncates, so a wrong file is not changed by it.
 */
export function openSame(
  path: string,
  flags: number,
  meant: HostIdentity,
): number | undefined {
  const fd = fs.openSync(path, flags | SAFE_FLAGS);
  return isOpen(fd, () => meant) ? fd : undefined;
}

/** Whether a descriptor is of what is meant; it is closed if not. */
export function isOpen(fd: number, meant: () => HostIdentity): boolean {
  let same = false;
  try {
    same = isSame(meant(), fs.fstatSync(fd));
    return same;
  } finally {
    if (!same) fs.closeSync(fd);
  }
}

/** Makes a file where there is nothing, not even a link. */
export function createExclusively(path: string, flags: number): number {
  const { O_CREAT, O_EXCL } = fs.constants;
  return fs.openSync(path, flags | SAFE_FLAGS | O_CREAT | O_EXCL);
}

/** Makes a file in `directory` under a name of its own, and links it to `path`. */
export function createStaged(
  directory: string,
  path: string,
  flags: number,
): number {
  const stage = `${directory}/${STAGE_PREFIX}${crypto.randomUUID()}`;
  const fd = createExclusively(stage, flags);
  let linked = false;
  try {
    Deno.linkSync(stage, path);
    linked = true;
    return fd;
  } finally {
    Deno.removeSync(stage);
    if (!linked) fs.closeSync(fd);
  }
}
