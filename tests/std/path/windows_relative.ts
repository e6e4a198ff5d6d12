/** `@std/path/windows/relative` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/windows/relative.js";

export const relative: (from: string, to: string) => string =
  (real as any).relative;
