/**
 * Modes of files. The sandbox keeps none: as on a FAT volume, each kind of file
 * has the same one, and what a guest may do with it is said by its grants.
 */

import type { FileType } from "../../fs/file_stat.ts";

/**
 * `S_IFMT` and the permissions.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html
 */
const MODES: Readonly<Record<FileType, number>> = {
  file: 0o100_644,
  directory: 0o040_755,
  link: 0o120_777,
  blockDevice: 0o060_644,
  characterDevice: 0o020_644,
  socket: 0o140_644,
  // A standard stream, which looks like a pipe.
  unknown: 0o010_600,
};

/** The bits that `chmod` sets. */
export const PERMISSIONS = 0o7777;

/** The mode of a kind of file. */
export function modeOf(type: FileType): number {
  return MODES[type];
}
