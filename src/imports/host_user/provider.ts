/** Opens `host_user` for a call. */

import { fail } from "../../fs/error_code.ts";
import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { bind } from "../wasi/functions.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";

/** An ordinary user: as root, programs attempt privileged operations. */
const USER = 1000;

const FUNCTIONS = {
  getuid: tellUser,
  geteuid: tellUser,
  getgid: tellUser,
  getegid: tellUser,

  /** No stream of a guest is a terminal. */
  isatty(
    { descriptors, memory }: WasiContext,
    fd: number,
    answer: number,
  ): void {
    memory.setU32(answer, 0);
    descriptors.get(fd, 0);
  },

  /** Users have no names. */
  getpwuid(
    { memory }: WasiContext,
    _uid: number,
    _buf: number,
    _length: number,
    written: number,
  ): void {
    memory.setU32(written, 0);
    fail("ENOENT");
  },
};

/** Opens it with the call's WASI state. */
export function open({ system }: FamilyCall): OpenFamily {
  return {
    imports: bind(system.context, FUNCTIONS),
    attach: (memory) => system.attach(memory),
  };
}

function tellUser({ memory }: WasiContext, answer: number): void {
  memory.setU32(answer, USER);
}
