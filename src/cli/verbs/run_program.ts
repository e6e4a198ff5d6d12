/** The verb `run`. */

import { ToolSandbox } from "../../../mod.ts";
import type { Outcome } from "../outcome.ts";
import { KeptOutput, PassedOutput } from "../program_output.ts";
import { fromSource } from "../source.ts";
import { OutputClosed } from "../terminal.ts";
import { parseVariables } from "../variables.ts";
import type { VerbInput } from "./verbs.ts";

/** Runs a program on the runner's own streams. */
export async function runProgram(input: VerbInput): Promise<Outcome> {
  const { operands: [source = ""], config, terminal, signal } = input;
  const env = parseVariables(input.flags.get("env") ?? []);
  await using sandbox = new ToolSandbox(config);
  const module = await fromSource(source, () => sandbox.loadModule(source));
  const output = input.isJson
    ? new KeptOutput(config.maxOutputBytes)
    : new PassedOutput(terminal);
  const outcome = await outcomeOf(() =>
    sandbox.run(module, {
      name: programName(source),
      args: input.guestArguments,
      env,
      stdin: terminal.inputPieces(),
      signal,
      onStdout: (bytes) => output.add("stdout", bytes),
      onStderr: (bytes) => output.add("stderr", bytes),
    })
  );
  return { ...outcome, ...await output.end() };
}

/** What a program wrote before it failed is told too: often it says why. */
async function outcomeOf(
  run: () => ReturnType<ToolSandbox["run"]>,
): Promise<Outcome> {
  try {
    const { exitCode, usage } = await run();
    return { ok: true, exitCode, usage };
  } catch (error) {
    if (error instanceof OutputClosed) throw error;
    return { ok: false, error };
  }
}

/** Programs are told what they are called, not where they lie. */
function programName(source: string): string {
  return source.split(/[\\/]/).at(-1) || source;
}
