/**
 * File modes. The sandbox stores none: as on a FAT volume, all files of a type
 * have the same mode, and access is controlled by grants.
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
  // A standard stream, shown as a pipe.
  unknown: 0o010_600,
};

/** The bits that `chmod` sets. */
export const PERMISSIONS = 0o7777;

/** The mode of a file type. */
export function modeOf(type: FileType): number {
  return MODES[type];
}
