/**
 * Host paths. The main entry of `@std/path` detects the OS through Node's
 * `process`, which loads a good part of Node at startup; `Deno.build` is
 * enough. Functions are imported one by one, as all of `@std/path` is sixty
 * files.
 */

import { basename as posixBasename } from "@std/path/posix/basename";
import { dirname as posixDirname } from "@std/path/posix/dirname";
import { fromFileUrl as posixFromFileUrl } from "@std/path/posix/from-file-url";
import { isAbsolute as posixIsAbsolute } from "@std/path/posix/is-absolute";
import { join as posixJoin } from "@std/path/posix/join";
import { relative as posixRelative } from "@std/path/posix/relative";
import { resolve as posixResolve } from "@std/path/posix/resolve";
import { basename as windowsBasename } from "@std/path/windows/basename";
import { dirname as windowsDirname } from "@std/path/windows/dirname";
import { fromFileUrl as windowsFromFileUrl } from "@std/path/windows/from-file-url";
import { isAbsolute as windowsIsAbsolute } from "@std/path/windows/is-absolute";
import { join as windowsJoin } from "@std/path/windows/join";
import { relative as windowsRelative } from "@std/path/windows/relative";
import { resolve as windowsResolve } from "@std/path/windows/resolve";

const isWindows = Deno.build.os === "windows";

export const basename: typeof posixBasename = isWindows
  ? windowsBasename
  : posixBasename;
export const dirname: typeof posixDirname = isWindows
  ? windowsDirname
  : posixDirname;
export const fromFileUrl: typeof posixFromFileUrl = isWindows
  ? windowsFromFileUrl
  : posixFromFileUrl;
export const isAbsolute: typeof posixIsAbsolute = isWindows
  ? windowsIsAbsolute
  : posixIsAbsolute;
export const join: typeof posixJoin = isWindows ? windowsJoin : posixJoin;
export const relative: typeof posixRelative = isWindows
  ? windowsRelative
  : posixRelative;
export const resolve: typeof posixResolve = isWindows
  ? windowsResolve
  : posixResolve;
