/** `@std/path/posix/from-file-url` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/posix/from_file_url.js";

export const fromFileUrl: (url: string | URL) => string =
  (real as any).fromFileUrl;
