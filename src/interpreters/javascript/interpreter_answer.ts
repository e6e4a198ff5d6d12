/**
 * Parses the interpreter's answers: JSON that the program can influence, so it
 * may be anything.
 */

import type { JsonValue } from "../../config/json_value.ts";
import {
  ExecutionFailed,
  ScriptFailed,
  type ScriptPosition,
} from "../../errors.ts";

/** An answer that is not an error. */
export interface InterpreterAnswer {
  /** The program's result; undefined if it is not JSON. */
  readonly value: JsonValue | undefined;
  /** Missing imports, by path. */
  readonly missing: readonly string[];
}

const MAX_NAME_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 4_096;
/** Longer lines are not stack frames, and would be slow to match. */
const MAX_FRAME_LENGTH = 300;
const MAX_FRAMES = 32;
const FRAME = /^ +at (?:[^(]* \()?\/?([^()]+):(\d{1,9}):(\d{1,9})\)?$/;

/**
 * Reads an answer.
 *
 * @throws {ScriptFailed} when the program threw.
 * @throws {ExecutionFailed} when it is not a valid answer.
 */
export function readAnswer(answer: JsonValue): InterpreterAnswer {
  if (!isObject(answer)) {
    throw new ExecutionFailed("The interpreter answered without an object");
  }
  const { value, missing, error } = answer;
  if (isObject(error)) throw scriptFailed(error);
  const paths = Array.isArray(missing) ? missing : [];
  return {
    value,
    missing: paths.filter((path) => typeof path === "string"),
  };
}

function scriptFailed(error: Record<string, JsonValue>): ScriptFailed {
  const { name, message, stack, tool } = error;
  const text = asText(stack, MAX_MESSAGE_LENGTH);
  return new ScriptFailed({
    thrownName: asText(name, MAX_NAME_LENGTH),
    thrownMessage: asText(message, MAX_MESSAGE_LENGTH),
    scriptStack: text,
    position: firstPosition(text),
    hostFunction: typeof tool === "string"
      ? tool.slice(0, MAX_NAME_LENGTH)
      : undefined,
  });
}

function firstPosition(stack: string): ScriptPosition | undefined {
  for (const frame of stack.split("\n", MAX_FRAMES)) {
    if (frame.length > MAX_FRAME_LENGTH) continue;
    const [, file, line, column] = FRAME.exec(frame) ?? [];
    if (file === undefined) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

function asText(value: JsonValue | undefined, maxLength: number): string {
  return typeof value === "string" ? value.slice(0, maxLength) : "";
}

function isObject(
  value: JsonValue | undefined,
): value is Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
