/** Code mode as one function. */

import type { CallOptions } from "../../../mod.ts";
import { codeMode, type CodeModeOptions } from "./code_mode.ts";
import type { CodeResult } from "./code_result.ts";

/** Options of {@linkcode runCode}: those of code mode, and those of a run. */
export interface RunCodeOptions
  extends Omit<CodeModeOptions, "name">, CallOptions {}

/**
 * Runs one program in a box of its own, and never throws for what it does.
 * Starting the box takes longer than most programs: to run several, keep what
 * {@linkcode codeMode} makes.
 *
 * @throws {TypeError} for an option that does not exist or is impossible.
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
