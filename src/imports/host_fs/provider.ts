/** Opens `host_fs` for a call. */

import { fail } from "../../fs/error_code.ts";
import type { FileType } from "../../fs/file_stat.ts";
import { resolve } from "../../fs/resolve.ts";
import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { filetypeOfDescriptor } from "../wasi/descriptor.ts";
import { errnoFrom } from "../wasi/errno.ts";
import { bind } from "../wasi/functions.ts";
import { Rights } from "../wasi/rights.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";
import { grantedPath } from "./granted_path.ts";
import { modeOf, PERMISSIONS } from "./mode.ts";

/** Opens it with the call's WASI state. */
export function open({ system }: FamilyCall): OpenFamily {
  const { context } = system;
  const imports = bind(context, { chmod });
  imports.path_mode = (path: number, length: number, follow: number) =>
    modeFrom(context, () => typeAt(context, path, length, follow !== 0));
  imports.fd_mode = (fd: number) =>
    modeFrom(context, () =>
      filetypeOfDescriptor(
        context.descriptors.get(fd, Rights.FD_FILESTAT_GET),
      ));
  return { imports, attach: (memory) => system.attach(memory) };
}

/** The mode of a file; 0 if there is none. */
function modeFrom({ stop }: WasiContext, find: () => FileType): number {
  stop.check();
  let mode = 0;
  errnoFrom(() => {
    mode = modeOf(find());
  });
  return mode;
}

/** Only setting the mode that a file already has succeeds. */
function chmod(
  context: WasiContext,
  path: number,
  length: number,
  mode: number,
): void {
  const current = modeOf(typeAt(context, path, length, true));
  if (((current ^ mode) & PERMISSIONS) !== 0) fail("EPERM");
}

function typeAt(
  context: WasiContext,
  pointer: number,
  length: number,
  follow: boolean,
): FileType {
  const text = context.memory.path(pointer, length);
  const { directory, path } = grantedPath(context, text);
  const { tree, place, rightsBase } = directory;
  if ((rightsBase & Rights.PATH_FILESTAT_GET) === 0) fail("ENOTCAPABLE");
  const { stat } = resolve(tree, place, path, follow, context.stop);
  return stat?.filetype ?? fail("ENOENT");
}
