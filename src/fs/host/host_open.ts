/** Opens files of the host so that no other file is opened by mistake. */

import * as fs from "node:fs";
import { type HostIdentity, isSame } from "./host_stat.ts";
import type { OpenFiles } from "./open_files.ts";
import type { OpenMode } from "../file_system.ts";
import { OWN_PREFIX } from "./own_names.ts";

/** Never wait for a FIFO, never become a terminal's process, no link. */
const SAFE_FLAGS: number = fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY |
  fs.constants.O_NOFOLLOW;

/** The flags that a mode needs, the ones that make a file left out. */
export function flagsOf(mode: OpenMode): number {
  const { O_APPEND, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
  if (!mode.write) return O_RDONLY;
  return (mode.read ? O_RDWR : O_WRONLY) | (mode.append ? O_APPEND : 0);
}

/**
 * Opens a path, and keeps what was opened only if it is what was meant.
 * Opening neither makes nor truncates, so a wrong file is not changed by it.
 */
export function openSame(
  files: OpenFiles,
  path: string,
  flags: number,
  meant: HostIdentity,
): number | undefined {
  const fd = files.open(path, flags | SAFE_FLAGS);
  if (isSame(meant, fs.fstatSync(fd))) return fd;
  files.close(fd);
  return undefined;
}

/** Makes a file where there is nothing, not even a link. */
export function createExclusively(
  files: OpenFiles,
  path: string,
  flags: number,
): number {
  const { O_CREAT, O_EXCL } = fs.constants;
  return files.open(path, flags | SAFE_FLAGS | O_CREAT | O_EXCL);
}

/** Makes a file in `directory` under a name of its own, and links it to `path`. */
export function createStaged(
  files: OpenFiles,
  directory: string,
  path: string,
  flags: number,
): number {
  const stage = `${directory}/${OWN_PREFIX}${crypto.randomUUID()}`;
  const fd = createExclusively(files, stage, flags);
  try {
    Deno.linkSync(stage, path);
    return fd;
  } catch (error) {
    files.close(fd);
    throw error;
  } finally {
    Deno.removeSync(stage);
  }
}

/**
 * Takes back a file that was just made, when nothing was to be made there: as
 * long as its name is still its own.
 */
export function takeBack(files: OpenFiles, fd: number, path: string): void {
  try {
    const { dev, ino } = Deno.lstatSync(path);
    const made = fs.fstatSync(fd);
    if (ino !== null && isSame({ dev, ino }, made)) Deno.removeSync(path);
  } catch {
    // Whoever changed the way to it has it now.
  } finally {
    files.close(fd);
  }
}
