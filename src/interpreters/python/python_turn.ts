/** One run of a Python program: its options and its call. */

import type { CallOptions } from "../../../mod.ts";
import { WORK_FOLDER } from "./python_result.ts";

/** Options of one run. */
export interface PythonRunOptions extends
  Pick<
    CallOptions,
    | "signal"
    | "timeout"
    | "maxFuel"
    | "queueTimeout"
    | "stdin"
    | "onStdout"
    | "onStderr"
    | "functions"
  > {
  /** Files in `/work`, where the program runs: text or bytes, by path. */
  readonly files?: Readonly<Record<string, Uint8Array | string>> | undefined;
  /** `sys.argv` after the program's name. */
  readonly args?: readonly string[] | undefined;
}

/** The turn that runs a program. JSON strings are valid Python literals. */
export function runCode(
  code: string,
  args: readonly string[] | undefined,
  isFresh: boolean,
): string {
  const argv = JSON.stringify(["script.py", ...args ?? []]);
  const fresh = isFresh ? "True" : "False";
  const seed = isFresh ? "_driver.reseed(); " : "";
  return `import _driver; ${seed}_driver.run(${
    JSON.stringify(code)
  }, ${argv}, ${fresh})`;
}

/** Converts the options of a run to those of a call. */
export function toCallOptions(
  { files, args: _args, ...options }: PythonRunOptions,
): CallOptions {
  return files === undefined
    ? options
    : { ...options, files: { [WORK_FOLDER]: files } };
}
