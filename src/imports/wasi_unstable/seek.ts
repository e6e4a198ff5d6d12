/** Seeking, in the first snapshot of WASI. */

import { fdIoFunctions } from "../wasi/fd_io.ts";
import { Whence } from "../wasi/flags.ts";
import type { WasiContext } from "../wasi/wasi_context.ts";

/**
 * Preview 1's number for each `whence` of this snapshot: CUR, END, SET.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview0/docs.md#whence
 */
const WHENCES: readonly number[] = [Whence.CUR, Whence.END, Whence.SET];

/** As in preview 1, but with a different order of `whence`. */
export const seekFunctions = {
  fd_seek(
    context: WasiContext,
    fd: number,
    offset: bigint,
    whence: number,
    newOffset: number,
  ): void {
    const known = WHENCES[whence] ?? whence;
    fdIoFunctions.fd_seek(context, fd, offset, known, newOffset);
  },
};
