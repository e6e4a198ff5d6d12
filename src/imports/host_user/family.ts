/** `host_user`: who runs a program, and whether a person sees its output. */

import { functions, type ImportFamily } from "../import_family.ts";

/**
 * What npm's `@rivet-dev/agent-os-*` commands import beside WASI preview 1.
 * Each function answers with an error number of WASI; its last parameter says
 * where the answer goes.
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
