/** The WASI functions for preopened directories. */

import { fail } from "../../fs/error_code.ts";
import { Preopentype } from "./flags.ts";
import type { WasiContext } from "./wasi_context.ts";

const encoder = new TextEncoder();

/** Functions for preopened directories. */
export const preopenFunctions = {
  /**
   * ```text
   *   0     1     4               8
   *   ┌─────┬─────┬───────────────┐
   *   │ tag │ 0 … │ pr_name_len   │
   *   └─────┴─────┴───────────────┘
   * ```
   */
  fd_prestat_get(context: WasiContext, fd: number, prestat: number): void {
    const name = nameOf(context, fd);
    const at = prestat >>> 0;
    context.memory.bytes(at, 8).fill(0);
    context.memory.setU8(at, Preopentype.DIR);
    context.memory.setU32(at + 4, name.length);
  },

  fd_prestat_dir_name(
    context: WasiContext,
    fd: number,
    path: number,
    length: number,
  ): void {
    const name = nameOf(context, fd);
    if (length >>> 0 < name.length) fail("ENAMETOOLONG");
    context.memory.write(path, name);
  },
};

function nameOf({ descriptors }: WasiContext, fd: number): Uint8Array {
  const descriptor = descriptors.get(fd, 0);
  const preopen = descriptor.kind === "directory"
    ? descriptor.preopen
    : undefined;
  if (preopen === undefined) fail("EBADF");
  return encoder.encode(preopen);
}
