/** The call log of `--log`: one line of JSON per call. */

import type { CallResult } from "../../mod.ts";
import { writing } from "./named_file.ts";
import type { FlagValues } from "./sandbox_flags.ts";
import type { Terminal } from "./terminal.ts";

/** The flag of the verbs that make calls. */
export const LOG_FLAG = "log";

/** Logs a call that has ended. */
export type LogCall = (
  tool: string,
  result: CallResult<unknown>,
) => Promise<void>;

/**
 * Checks that the file can be written, before any call.
 *
 * @returns the function that logs a call; it does nothing without the flag.
 * @throws {UsageError} when the file can't be written.
 */
export async function openCallLog(
  flags: FlagValues,
  terminal: Terminal,
): Promise<LogCall> {
  const [path] = flags.get(LOG_FLAG) ?? [];
  if (path === undefined) return () => Promise.resolve();
  await append(path, "", terminal);
  const { loggedCall } = await import("../adapters/report/logged_call.ts");
  return async (tool, result) => {
    const line = JSON.stringify(loggedCall(tool, result));
    await append(path, `${line}\n`, terminal);
  };
}

function append(
  path: string,
  text: string,
  terminal: Terminal,
): Promise<void> {
  return writing(`the log ${path}`, () => terminal.appendFile(path, text));
}
