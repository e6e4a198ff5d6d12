/** Reads the result of a Python program, which writes its own outcome. */

import type {
  AnySandboxError,
  CallRecord,
  CallResult,
  CallSuccess,
  JsonValue,
} from "../../../mod.ts";
import { OUTCOME_FOLDER } from "./driver.ts";

/** The working directory of programs, with their files. */
export const WORK_FOLDER = "/work";

/** Maximum size of the outcome, which the host's thread parses. */
const MAX_OUTCOME_BYTES = 1024 * 1024;
/** Maximum number of figures per run. */
const MAX_FIGURES = 64;

/** The result of a Python program, however it ended. */
export interface PythonResult {
  /** Whether it ran to completion, or exited with 0. */
  readonly ok: boolean;
  /** Its exit code; 1 after an exception, `undefined` if a limit ended it. */
  readonly exitCode: number | undefined;
  /** Its standard output. */
  readonly stdout: string;
  /** Its standard error, including Python's traceback. */
  readonly stderr: string;
  /** Whether output was truncated at `maxOutputBytes`. */
  readonly isOutputCut: boolean;
  /**
   * The value of its last line, if that is an expression with a JSON value;
   * tables and arrays are converted to lists and objects.
   */
  readonly value: JsonValue | undefined;
  /** The `repr` of that value; `undefined` if there is none. */
  readonly repr: string | undefined;
  /** The exception that ended it. */
  readonly exception: PythonException | undefined;
  /** Why the sandbox ended it: a limit, or a lost worker. */
  readonly error: AnySandboxError | undefined;
  /** Files that it created or changed, by path below `/work`. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Matplotlib figures that were open at the end, as PNG. */
  readonly figures: readonly Uint8Array[];
  /** What the run used. */
  readonly usage: CallRecord["usage"];
  /** Requests that it was refused. */
  readonly denied: CallRecord["denied"];
  /** The host functions that it called. */
  readonly hostCalls: CallRecord["hostCalls"];
}

/** An exception that a program did not catch. */
export interface PythonException {
  /** The name of its class, such as `"ZeroDivisionError"`. */
  readonly type: string;
  /** Its message. */
  readonly message: string;
}

/** Converts the result of a run. */
export function toPythonResult(result: CallResult<number>): PythonResult {
  const left = result.files[OUTCOME_FOLDER] ?? {};
  const outcome = result.ok ? outcomeOf(result) : undefined;
  const exitCode = result.ok ? outcome?.exit ?? 1 : undefined;
  return {
    ok: exitCode === 0,
    exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    isOutputCut: result.isOutputCut,
    value: outcome?.value,
    repr: outcome?.repr,
    exception: outcome?.exception,
    error: result.ok ? undefined : result.error,
    files: result.files[WORK_FOLDER] ?? {},
    figures: figuresOf(left, outcome?.figures ?? 0),
    usage: result.usage,
    denied: result.denied,
    hostCalls: result.hostCalls,
  };
}

/** The outcome written by the driver. */
export interface Outcome {
  readonly exit: number;
  readonly value: JsonValue | undefined;
  readonly repr: string | undefined;
  readonly exception: PythonException | undefined;
  readonly figures: number;
  /** Details of the exception that are used only for tools. */
  readonly error: Readonly<Record<string, unknown>>;
}

/** Reads the driver's outcome; undefined if it is missing or invalid. */
export function outcomeOf(
  { value, files }: CallSuccess<number>,
): Outcome | undefined {
  return readOutcome(value, files[OUTCOME_FOLDER]?.["outcome.json"]);
}

/** The outcome of a program without value, exception or figures. */
const NOTHING: Outcome = {
  exit: 0,
  value: undefined,
  repr: undefined,
  exception: undefined,
  figures: 0,
  error: {},
};

/** @param status The result of the turn: 0 if the driver completed. */
function readOutcome(
  status: number,
  bytes: Uint8Array | undefined,
): Outcome | undefined {
  if (status !== 0) return undefined;
  if (!bytes) return NOTHING;
  if (bytes.length > MAX_OUTCOME_BYTES) return undefined;
  const found = parse(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
  );
  if (typeof found !== "object" || found === null) return undefined;
  const { exit, value, repr, error, figures } = found as Record<
    string,
    unknown
  >;
  return {
    exit: typeof exit === "number" ? exit : 1,
    value: typeof value === "string" ? parse(value) : undefined,
    repr: typeof repr === "string" ? repr : undefined,
    exception: toException(error),
    figures: typeof figures === "number" ? figures : 0,
    error: typeof error === "object" && error !== null
      ? error as Record<string, unknown>
      : {},
  };
}

function parse(json: string): JsonValue | undefined {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return undefined;
  }
}

function toException(error: unknown): PythonException | undefined {
  const { type, message } = (error ?? {}) as Partial<PythonException>;
  return typeof type === "string" && typeof message === "string"
    ? { type, message }
    : undefined;
}

function figuresOf(
  left: Readonly<Record<string, Uint8Array>>,
  count: number,
): Uint8Array[] {
  const figures: Uint8Array[] = [];
  for (let i = 1; i <= Math.min(count, MAX_FIGURES); i++) {
    const figure = left[`figure${i}.png`];
    if (figure) figures.push(figure);
  }
  return figures;
}
