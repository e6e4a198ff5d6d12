/** Declares the first snapshot of WASI. */

import { functions, type ImportFamily } from "../import_family.ts";
import { WASI_PREVIEW1 } from "../wasi/family.ts";

/** The only function added in preview 1; the others kept their types. */
const { sock_accept: _, ...FUNCTIONS } = Object.fromEntries(
  WASI_PREVIEW1.functions,
);

/**
 * `wasi_unstable`, the target of compilers of 2019.
 *
 * @see https://github.com/WebAssembly/WASI/tree/main/legacy/preview0/witx
 */
export const WASI_UNSTABLE: ImportFamily = {
  module: "wasi_unstable",
  title: "WASI's first snapshot",
  needs: ["system"],
  functions: functions(FUNCTIONS),
  load: () => import("./provider.ts"),
};
