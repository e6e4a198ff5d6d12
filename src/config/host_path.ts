/**
 * Paths of the host. `@std/path` itself asks Node's `process` which system this
 * is, and so loads a good part of Node before anything else can begin; Deno
 * knows as well.
 */

import * as posix from "@std/path/posix";
import * as windows from "@std/path/windows";

/** The part of `@std/path` that is used. */
type PathFunctions = Pick<
  typeof posix,
  | "basename"
  | "dirname"
  | "fromFileUrl"
  | "isAbsolute"
  | "join"
  | "relative"
  | "resolve"
>;

const path: PathFunctions = Deno.build.os === "windows" ? windows : posix;

export const basename: PathFunctions["basename"] = path.basename;
export const dirname: PathFunctions["dirname"] = path.dirname;
export const fromFileUrl: PathFunctions["fromFileUrl"] = path.fromFileUrl;
export const isAbsolute: PathFunctions["isAbsolute"] = path.isAbsolute;
export const join: PathFunctions["join"] = path.join;
export const relative: PathFunctions["relative"] = path.relative;
export const resolve: PathFunctions["resolve"] = path.resolve;
