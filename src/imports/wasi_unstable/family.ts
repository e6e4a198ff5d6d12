/** The first snapshot of WASI, as guests import it. */

import { functions, type ImportFamily } from "../import_family.ts";
import { WASI_PREVIEW1 } from "../wasi/family.ts";

/** The one function that came with preview 1; the others kept their types. */
const { sock_accept: _, ...FUNCTIONS } = Object.fromEntries(
  WASI_PREVIEW1.functions,
);

/**
 * `wasi_unstable`, which compilers of 2019 made programs for.
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
