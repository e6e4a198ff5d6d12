/** `host_fs`: file modes, which WASI does not report. */

import { functions, type ImportFamily } from "../import_family.ts";

/**
 * What npm's `@rivet-dev/agent-os-*` commands import in addition to WASI
 * preview 1.
 *
 * ```text
 *   path_mode(path, path_len, follow) -> mode, or 0
 *   fd_mode(fd) -> mode, or 0
 *   chmod(path, path_len, mode) -> error number of WASI
 * ```
 */
export const HOST_FS: ImportFamily = {
  module: "host_fs",
  title: "host_fs",
  needs: ["system"],
  functions: functions({
    path_mode: "(i32, i32, i32) -> (i32)",
    fd_mode: "(i32) -> (i32)",
    chmod: "(i32, i32, i32) -> (i32)",
  }),
  load: () => import("./provider.ts"),
};
