/** `@std/path/join` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/join.js";

export const join: (path: string | URL, ...paths: string[]) => string =
  (real as any).join;
