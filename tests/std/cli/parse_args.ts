/**
 * `@std/cli/parse-args` where JSR can't be reached: the real code from npm,
 * with as much of the real signature as the runner uses.
 */
// deno-lint-ignore-file no-explicit-any
import * as real from "npm:deno-std@1.4.0/cli/parse_args.js";

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions {
  boolean?: boolean | readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  alias?: Record<string, string | readonly string[]>;
  default?: Record<string, unknown>;
  stopEarly?: boolean;
  "--"?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What {@linkcode parseArgs} returns. */
export interface Args {
  _: Array<string | number>;
  // The real type is computed from the options; this is what it comes down to.
  [name: string]: any;
}

export const parseArgs: (
  args: readonly string[],
  options?: ParseOptions,
) => Args = (real as any).parseArgs;
