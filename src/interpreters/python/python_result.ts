/** The result of a Python program, which writes its outcome itself. */

import type {
  AnySandboxError,
  CallRecord,
  CallResult,
  CallSuccess,
  JsonValue,
} from "../../../mod.ts";
import { OUTCOME_FOLDER } from "./driver.ts";

/** The directory that programs work in, and find their files in. */
export const WORK_FOLDER = "/work";

/** The most bytes of the outcome, which the host's thread parses. */
const MAX_OUTCOME_BYTES = 1024 * 1024;
/** The most figures of one run. */
const MAX_FIGURES = 64;

/** The result of a Python program, however it ended. */
export interface PythonResult {
  /** Whether it ran to its end, or exited with 0. */
  readonly ok: boolean;
  /** What it exited with; 1 after an exception, `undefined` at a limit. */
  readonly exitCode: number | undefined;
  /** What it printed. */
  readonly stdout: string;
  /** What it wrote to standard error: a traceback, as Python writes it. */
  readonly stderr: string;
  /** Whether it printed more than `maxOutputBytes`. */
  readonly isOutputCut: boolean;
  /**
   * The value of its last line, if that is an expression that JSON can hold;
   * tables and arrays come as lists and objects.
   */
  readonly value: JsonValue | undefined;
  /** The same as Python writes it; `undefined` when there is none. */
  readonly repr: string | undefined;
  /** The exception that ended it. */
  readonly exception: PythonException | undefined;
  /** Why the sandbox ended it: a limit, or a lost worker. */
  readonly error: AnySandboxError | undefined;
  /** Files that it made or changed, by path below `/work`. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Figures that matplotlib drew and that were open at the end, as PNG. */
  readonly figures: readonly Uint8Array[];
  /** What the run used. */
  readonly usage: CallRecord["usage"];
  /** What it asked of the network and was refused. */
  readonly denied: CallRecord["denied"];
  /** The functions of the host that it called. */
  readonly hostCalls: CallRecord["hostCalls"];
}

/** An exception that a program did not catch. */
export interface PythonException {
  /** The name of its class, such as `"ZeroDivisionError"`. */
  readonly type: string;
  /** Its message. */
  readonly message: string;
}

/** Reads what a run left behind. */
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

/** What the driver wrote down. */
export interface Outcome {
  readonly exit: number;
  readonly value: JsonValue | undefined;
  readonly repr: string | undefined;
  readonly exception: PythonException | undefined;
  readonly figures: number;
  /** What of the exception only tools are told. */
  readonly error: Readonly<Record<string, unknown>>;
}

/** Reads what the driver wrote down; undefined when there is nothing to use. */
export function outcomeOf(
  { value, files }: CallSuccess<number>,
): Outcome | undefined {
  return readOutcome(value, files[OUTCOME_FOLDER]?.["outcome.json"]);
}

/** What a program without value, exception or figure comes to. */
const NOTHING: Outcome = {
  exit: 0,
  value: undefined,
  repr: undefined,
  exception: undefined,
  figures: 0,
  error: {},
};

/** @param status What the turn returned: 0 when the driver came to its end. */
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
