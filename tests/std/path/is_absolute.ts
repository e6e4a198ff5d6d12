/** `@std/path/is-absolute` where JSR can't be reached: the real code from npm. */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/path/is_absolute.js";

export const isAbsolute: (path: string) => boolean = (real as any).isAbsolute;
