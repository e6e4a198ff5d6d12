/** `@std/path/windows/basename` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/windows/basename.js";

export const basename: (path: string | URL, suffix?: string) => string =
  (real as any).basename;
