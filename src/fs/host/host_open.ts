/** Opens host files, ensuring that no other file is opened by mistake. */

import * as fs from "node:fs";
import { type HostIdentity, isSame } from "./host_stat.ts";
import type { OpenFiles } from "./open_files.ts";
import type { OpenMode } from "../file_system.ts";
import { OWN_PREFIX } from "./own_names.ts";

/**
 * Never block on a FIFO, never acquire a controlling terminal, never follow a
 * symbolic link.
 */
const SAFE_FLAGS: number = fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY |
  fs.constants.O_NOFOLLOW;

/** The flags for a mode, except those that create a file. */
export function flagsOf(mode: OpenMode): number {
  const { O_APPEND, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
  if (!mode.write) return O_RDONLY;
  return (mode.read ? O_RDWR : O_WRONLY) | (mode.append ? O_APPEND : 0);
}

/**
 * Opens a path, and closes it again unless it is the intended file. Opening
 * neither creates nor truncates, so a wrong file is not changed.
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

/** Creates a file where nothing exists, not even a symbolic link. */
export function createExclusively(
  files: OpenFiles,
  path: string,
  flags: number,
): number {
  const { O_CREAT, O_EXCL } = fs.constants;
  return files.open(path, flags | SAFE_FLAGS | O_CREAT | O_EXCL);
}

/**
 * Creates a file in `directory` under a unique name, and hard-links it to
 * `path`.
 */
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
 * Removes a file that was just created in the wrong place, if its name still
 * refers to it.
 */
export function takeBack(files: OpenFiles, fd: number, path: string): void {
  try {
    const { dev, ino } = Deno.lstatSync(path);
    const made = fs.fstatSync(fd);
    if (ino !== null && isSame({ dev, ino }, made)) Deno.removeSync(path);
  } catch {
    // The path has changed, and the file can no longer be reached.
  } finally {
    files.close(fd);
  }
}
