/** The WASI functions that query a path's metadata and set its times. */

import { fail } from "../../fs/error_code.ts";
import { newTimes } from "./fd_state.ts";
import { writeFilestat } from "./filestat.ts";
import { Lookupflags } from "./flags.ts";
import { resolve, type Resolved } from "../../fs/resolve.ts";
import { Rights } from "./rights.ts";
import type { FileStat } from "../../fs/file_stat.ts";
import type { FileSystem } from "../../fs/file_system.ts";
import type { WasiContext } from "./wasi_context.ts";

/** Functions for a path's metadata and times. */
export const pathFilestatFunctions = {
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

  path_filestat_set_times(
    context: WasiContext,
    fd: number,
    flags: number,
    path: number,
    length: number,
    atim: bigint,
    mtim: bigint,
    fstflags: number,
  ): void {
    const right = Rights.PATH_FILESTAT_SET_TIMES;
    const found = find(context, fd, right, flags, path, length);
    const times = newTimes(atim, mtim, fstflags, context.clock);
    if (found.stat === undefined) fail("ENOENT");
    found.tree.setTimes(found.place, times);
  },
};

/** The metadata of a path; fails if nothing exists there. */
export function statOfPath(
  context: WasiContext,
  fd: number,
  flags: number,
  path: number,
  length: number,
): FileStat {
  const right = Rights.PATH_FILESTAT_GET;
  return find(context, fd, right, flags, path, length).stat ?? fail("ENOENT");
}

function find(
  { descriptors, memory, stop }: WasiContext,
  fd: number,
  rights: number,
  flags: number,
  path: number,
  length: number,
): Resolved & { tree: FileSystem } {
  const { tree, place } = descriptors.directory(fd, rights);
  const follow = (flags & Lookupflags.SYMLINK_FOLLOW) !== 0;
  const text = memory.path(path, length);
  return { ...resolve(tree, place, text, follow, stop), tree };
}
