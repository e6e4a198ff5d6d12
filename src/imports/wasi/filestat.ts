/** Encodes file metadata for preview 1. */

import type { FileStat, FileType } from "../../fs/file_stat.ts";
import { Filetype } from "./flags.ts";
import type { GuestMemory } from "./guest_memory.ts";

const FILETYPES: Readonly<Record<FileType, Filetype>> = {
  file: Filetype.REGULAR_FILE,
  directory: Filetype.DIRECTORY,
  link: Filetype.SYMBOLIC_LINK,
  blockDevice: Filetype.BLOCK_DEVICE,
  characterDevice: Filetype.CHARACTER_DEVICE,
  socket: Filetype.SOCKET_STREAM,
  unknown: Filetype.UNKNOWN,
};

/** The number of a file type. */
export function filetypeNumber(type: FileType): Filetype {
  return FILETYPES[type];
}

/**
 * Writes a `filestat`.
 *
 * ```text
 *   0     8     16         17      24      32     40     48     56     64
 *   ┌─────┬─────┬──────────┬───────┬───────┬──────┬──────┬──────┬──────┐
 *   │ dev │ ino │ filetype │ 0 …   │ nlink │ size │ atim │ mtim │ ctim │
 *   └─────┴─────┴──────────┴───────┴───────┴──────┴──────┴──────┴──────┘
 * ```
 *
 * @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#filestat
 */
export function writeFilestat(
  memory: GuestMemory,
  pointer: number,
  stat: FileStat,
): void {
  const at = pointer >>> 0;
  memory.bytes(at, 64).fill(0);
  memory.setU64(at, BigInt(stat.dev));
  memory.setU64(at + 8, BigInt(stat.ino));
  memory.setU8(at + 16, FILETYPES[stat.filetype]);
  memory.setU64(at + 24, BigInt(stat.nlink));
  memory.setU64(at + 32, BigInt(stat.size));
  memory.setU64(at + 40, stat.atim);
  memory.setU64(at + 48, stat.mtim);
  memory.setU64(at + 56, stat.ctim);
}
