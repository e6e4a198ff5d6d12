/** `@std/path/windows/resolve` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/windows/resolve.js";

export const resolve: (...pathSegments: string[]) => string =
  (real as any).resolve;
