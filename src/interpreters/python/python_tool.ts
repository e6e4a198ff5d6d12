/** Tools that are Python scripts, whose results are untrusted. */

import {
  type AnySandboxError,
  type CallResult,
  ExecutionFailed,
  type InterpretedAnswer,
  type InterpretedScript,
  type InterpretedTool,
  type ModuleSnapshot,
  ScriptFailed,
  type ToolSandbox,
} from "../../../mod.ts";
import { OUTCOME_FOLDER } from "./driver.ts";
import { type Outcome, outcomeOf } from "./python_result.ts";

const ENCODER = new TextEncoder();
const MAX_TEXT_LENGTH = 4_096;

/**
 * Loads a script into the interpreter, and takes a snapshot.
 *
 * @throws {ScriptFailed} when the script throws, or is not valid Python.
 */
export async function loadPythonTool(
  sandbox: ToolSandbox,
  interpreter: ModuleSnapshot,
  { name, source }: InterpretedScript,
): Promise<InterpretedTool> {
  await using session = await sandbox.session(interpreter);
  // JSON strings are valid Python literals.
  const code = `load_tool(${JSON.stringify(source)}, ${JSON.stringify(name)})`;
  const loaded = answerOf(
    name,
    await session.callBytes("turn", turn(code), "host_alloc"),
  );
  if (loaded.error) throw loaded.error;
  const snapshot = await session.snapshot();
  return {
    exported: loaded.value ?? null,
    async call(json, options) {
      const code = `call_tool(${JSON.stringify(json)})`;
      return answerOf(
        name,
        await sandbox.callBytes(
          snapshot,
          "turn",
          turn(code),
          "host_alloc",
          options,
        ),
      );
    },
  };
}

function turn(code: string): Uint8Array {
  return ENCODER.encode(`import _driver; _driver.${code}`);
}

/** Reads what the script returned or threw. */
function answerOf(
  name: string,
  result: CallResult<number>,
): InterpretedAnswer {
  const { [OUTCOME_FOLDER]: _, ...files } = result.files;
  const record = { ...result, files };
  if (!result.ok) return { record, error: result.error };
  const outcome = outcomeOf(result);
  if (outcome?.exit === 0 && outcome.value !== undefined) {
    return { record, value: outcome.value };
  }
  return { record, error: failure(name, outcome) };
}

function failure(file: string, outcome: Outcome | undefined): AnySandboxError {
  const { type, message, stack, line, column } = outcome?.error ?? {};
  if (typeof type !== "string") {
    return new ExecutionFailed("The Python script left no answer, or too much");
  }
  const hasPosition = Number.isSafeInteger(line) &&
    Number.isSafeInteger(column);
  return new ScriptFailed({
    thrownName: textOf(type),
    thrownMessage: textOf(message),
    scriptStack: textOf(stack),
    position: hasPosition
      ? { file, line: line as number, column: column as number }
      : undefined,
    hostFunction: undefined,
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT_LENGTH) : "";
}
