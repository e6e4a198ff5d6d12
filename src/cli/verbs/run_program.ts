/** The verb `run`. */

import { type CallResult, type RunResult, ToolSandbox } from "../../../mod.ts";
import { openCallLog } from "../call_log_file.ts";
import { changePlan } from "../change_flags.ts";
import { type Outcome, settledOutcome } from "../outcome.ts";
import { settleChanges } from "../settle_changes.ts";
import { SUCCESS } from "../exit_code.ts";
import { KeptOutput, PassedOutput } from "../program_output.ts";
import { fromSource, programName } from "../source.ts";
import { withProgress } from "../progress_line.ts";
import { parseVariables } from "../variables.ts";
import type { VerbInput } from "./verb_input.ts";

/** Runs a program on the runner's own streams. */
export async function runProgram(input: VerbInput): Promise<Outcome> {
  const { operands: [source = ""], config, terminal, signal } = input;
  const env = parseVariables(input.flags.get("env") ?? []);
  const plan = changePlan(input.flags, config);
  const log = await openCallLog(input.flags, terminal);
  await using sandbox = new ToolSandbox(config);
  const module = await fromSource(
    source,
    () =>
      withProgress(
        terminal,
        (onProgress) => sandbox.loadModule(source, { onProgress }),
      ),
  );
  const output = input.isJson
    ? new KeptOutput(config.maxOutputBytes)
    : new PassedOutput(terminal);
  const result = await sandbox.run(module, {
    name: programName(source),
    args: input.guestArguments,
    env,
    stdin: terminal.inputPieces(),
    signal,
    onStdout: (bytes) => output.add("stdout", bytes),
    onStderr: (bytes) => output.add("stderr", bytes),
  });
  await log(programName(source), asCall(result));
  // A failed program's output is printed too, as it often says why.
  const outcome = { ...outcomeOf(result), ...await output.end() };
  const settled = await settleChanges(
    result.changes,
    plan,
    result.ok && result.exitCode === SUCCESS,
    terminal,
    input.isJson,
  );
  return settledOutcome(outcome, settled);
}

function outcomeOf(result: RunResult): Outcome {
  const { usage, denied } = result;
  return result.ok
    ? { ok: true, exitCode: result.exitCode, usage, denied }
    : { ok: false, error: result.error, usage, denied };
}

/** Treats the exit code of a program as its value. */
function asCall(result: RunResult): CallResult<number> {
  return result.ok ? { ...result, value: result.exitCode } : result;
}
