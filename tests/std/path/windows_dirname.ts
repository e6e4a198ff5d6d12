/** `@std/path/windows/dirname` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/windows/dirname.js";

export const dirname: (path: string | URL) => string = (real as any).dirname;
