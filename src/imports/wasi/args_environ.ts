/** The WASI functions for arguments and environment. */

import type { WasiContext } from "./wasi_context.ts";

/**
 * Arguments and environment: the strings consecutively in `buf`, and a pointer
 * to each in `argv`.
 *
 * ```text
 *   argv                      argv_buf
 *   ┌──────┬──────┬───        ┌──────────┬──────────┬───
 *   │ u32 ─┼──────┼────────▶  │ first \0 │ second\0 │ …
 *   └──────┴──────┴───        └──────────┴──────────┴───
 * ```
 */
export const argsEnvironFunctions = {
  args_get(context: WasiContext, argv: number, buf: number): void {
    writeStrings(context, context.args, argv, buf);
  },

  args_sizes_get(context: WasiContext, count: number, size: number): void {
    writeSizes(context, context.args, count, size);
  },

  environ_get(context: WasiContext, environ: number, buf: number): void {
    writeStrings(context, context.environ, environ, buf);
  },

  environ_sizes_get(context: WasiContext, count: number, size: number): void {
    writeSizes(context, context.environ, count, size);
  },
};

function writeStrings(
  { memory }: WasiContext,
  strings: readonly Uint8Array[],
  pointers: number,
  buf: number,
): void {
  let at = buf >>> 0;
  strings.forEach((bytes, index) => {
    memory.setU32((pointers >>> 0) + index * 4, at);
    memory.write(at, bytes);
    at += bytes.length;
  });
}

function writeSizes(
  { memory }: WasiContext,
  strings: readonly Uint8Array[],
  count: number,
  size: number,
): void {
  memory.setU32(count, strings.length);
  memory.setU32(size, strings.reduce((sum, bytes) => sum + bytes.length, 0));
}
