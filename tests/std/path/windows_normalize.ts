/** `@std/path/windows/normalize` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/windows/normalize.js";

export const normalize: (path: string | URL) => string =
  (real as any).normalize;
