/** Encodes file metadata for the first snapshot of WASI. */

import { statOfDescriptor } from "../wasi/descriptor.ts";
import { filetypeNumber } from "../wasi/filestat.ts";
import type { FileStat } from "../../fs/file_stat.ts";
import type { GuestMemory } from "../wasi/guest_memory.ts";
import { statOfPath } from "../wasi/path_filestat.ts";
import { Rights } from "../wasi/rights.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";

const FILESTAT_BYTES = 56;
const MOST_LINKS = 0xffff_ffff;

/** As in preview 1, but with a smaller link count. */
export const filestatFunctions = {
  fd_filestat_get(
    { descriptors, memory }: WasiContext,
    fd: number,
    filestat: number,
  ): void {
    const descriptor = descriptors.get(fd, Rights.FD_FILESTAT_GET);
    writeFilestat(memory, filestat, statOfDescriptor(descriptor));
  },

  path_filestat_get(
    context: WasiContext,
    fd: number,
    flags: number,
    path: number,
    length: number,
    filestat: number,
  ): void {
    const stat = statOfPath(context, fd, flags, path, length);
    writeFilestat(context.memory, filestat, stat);
  },
};

/**
 * ```text
 *   0     8     16         17      20      24     32     40     48     56
 *   ┌─────┬─────┬──────────┬───────┬───────┬──────┬──────┬──────┬──────┐
 *   │ dev │ ino │ filetype │ 0 …   │ nlink │ size │ atim │ mtim │ ctim │
 *   └─────┴─────┴──────────┴───────┴───────┴──────┴──────┴──────┴──────┘
 * ```
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview0/docs.md#filestat
 */
function writeFilestat(
  memory: GuestMemory,
  pointer: number,
  stat: FileStat,
): void {
  const at = pointer >>> 0;
  memory.bytes(at, FILESTAT_BYTES).fill(0);
  memory.setU64(at, BigInt(stat.dev));
  memory.setU64(at + 8, BigInt(stat.ino));
  memory.setU8(at + 16, filetypeNumber(stat.filetype));
  memory.setU32(at + 20, Math.min(stat.nlink, MOST_LINKS));
  memory.setU64(at + 24, BigInt(stat.size));
  memory.setU64(at + 32, stat.atim);
  memory.setU64(at + 40, stat.mtim);
  memory.setU64(at + 48, stat.ctim);
}
