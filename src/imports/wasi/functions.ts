/** Every function of preview 1, and their binding as imports. */

import { argsEnvironFunctions } from "./args_environ.ts";
import { clockFunctions } from "./clocks.ts";
import { Errno, errnoFrom } from "./errno.ts";
import { fdIoFunctions } from "./fd_io.ts";
import { readdirFunctions } from "./fd_readdir.ts";
import { fdStateFunctions } from "./fd_state.ts";
import { pathEntryFunctions } from "./path_entries.ts";
import { pathFilestatFunctions } from "./path_filestat.ts";
import { pathOpenFunctions } from "./path_open.ts";
import { pollFunctions } from "./poll_oneoff.ts";
import { preopenFunctions } from "./preopens.ts";
import { processFunctions } from "./process.ts";
import { socketFunctions } from "./sockets.ts";
import { checkStackRoom } from "./stack_room.ts";
import type { WasiContext, WasiFunction } from "./wasi_context.ts";

/** Functions by name. */
type Functions = Readonly<Record<string, WasiFunction>>;

/** Every function of preview 1. */
export const FUNCTIONS: Functions = {
  ...argsEnvironFunctions,
  ...clockFunctions,
  ...fdIoFunctions,
  ...fdStateFunctions,
  ...readdirFunctions,
  ...preopenFunctions,
  ...pathOpenFunctions,
  ...pathEntryFunctions,
  ...pathFilestatFunctions,
  ...pollFunctions,
  ...processFunctions,
  ...socketFunctions,
};

/**
 * Functions that create, move or remove: the stack must not overflow halfway.
 */
const NEED_STACK_ROOM: ReadonlySet<string> = new Set([
  "path_create_directory",
  "path_link",
  "path_remove_directory",
  "path_rename",
  "path_symlink",
  "path_unlink_file",
]);

/**
 * Binds functions as imports. Each checks the stop word first, so that a
 * stopped guest can't continue from import to import, and returns an error
 * number.
 */
export function bind(
  context: WasiContext,
  functions: Functions,
): WebAssembly.ModuleImports {
  const imports: WebAssembly.ModuleImports = Object.create(null);
  for (const name in functions) {
    const act = functions[name]!;
    const needsRoom = NEED_STACK_ROOM.has(name);
    imports[name] = (...args: never[]) => {
      context.stop.check();
      if (needsRoom) checkStackRoom();
      const errno = errnoFrom(() => act(context, ...args));
      if (errno !== Errno.SUCCESS) {
        context.denied.failed(context, name, args, errno);
      }
      return errno;
    };
  }
  return imports;
}
