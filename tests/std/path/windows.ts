/**
 * `@std/path/windows` where JSR can't be reached: the real code from npm, with the
 * real signatures of the part that is used.
 */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/windows/mod.js";

const std = real as any;

export const isAbsolute: (path: string) => boolean = std.isAbsolute;
export const join: (path: string | URL, ...paths: string[]) => string =
  std.join;
export const normalize: (path: string | URL) => string = std.normalize;
export const resolve: (...pathSegments: string[]) => string = std.resolve;
