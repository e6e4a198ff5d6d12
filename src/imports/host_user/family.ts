/**
 * `host_user`: the user who runs a program, and whether its output is a
 * terminal.
 */

import { functions, type ImportFamily } from "../import_family.ts";

/**
 * What npm's `@rivet-dev/agent-os-*` commands import in addition to WASI
 * preview 1. Each function returns a WASI error number; its last parameter is a
 * pointer for the result.
 *
 * ```text
 *   getuid, geteuid, getgid, getegid(answer: u32)
 *   isatty(fd, answer: u32)
 *   getpwuid(uid, buf, buf_len, length: u32)    a line of /etc/passwd
 * ```
 */
export const HOST_USER: ImportFamily = {
  module: "host_user",
  title: "host_user",
  needs: ["system"],
  functions: functions({
    getuid: "(i32) -> (i32)",
    geteuid: "(i32) -> (i32)",
    getgid: "(i32) -> (i32)",
    getegid: "(i32) -> (i32)",
    isatty: "(i32, i32) -> (i32)",
    getpwuid: "(i32, i32, i32, i32) -> (i32)",
  }),
  load: () => import("./provider.ts"),
};
