/** Code mode as one function. */

import type { CallOptions } from "../../../mod.ts";
import { codeMode, type CodeModeOptions } from "./code_mode.ts";
import type { CodeResult } from "./code_result.ts";

/** Options of {@linkcode runCode}: those of code mode, and those of a run. */
export interface RunCodeOptions
  extends Omit<CodeModeOptions, "name">, CallOptions {}

/**
 * Runs one program in its own sandbox; returns its failures instead of throwing
 * them. Starting the sandbox takes longer than most programs: to run several,
 * use {@linkcode codeMode}.
 *
 * @throws {TypeError} for an unknown or invalid option.
 * @throws the signal's reason when the run is aborted.
 */
export async function runCode(
  code: string,
  options: RunCodeOptions,
): Promise<CodeResult> {
  const { tools, config, budgets, gate, ...run } = options;
  await using mode = codeMode({ tools, config, budgets, gate });
  return await mode.run(code, run);
}
