/**
 * `@std/path/posix` where JSR can't be reached: the real code from npm, with the
 * real signatures of the part that is used.
 */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/posix/mod.js";

const std = real as any;

export const isAbsolute: (path: string) => boolean = std.isAbsolute;
export const join: (path: string | URL, ...paths: string[]) => string =
  std.join;
export const normalize: (path: string | URL) => string = std.normalize;
export const resolve: (...pathSegments: string[]) => string = std.resolve;
export const basename: (path: string | URL, suffix?: string) => string =
  std.basename;
export const dirname: (path: string | URL) => string = std.dirname;
export const fromFileUrl: (url: string | URL) => string = std.fromFileUrl;
export const relative: (from: string, to: string) => string = std.relative;
