/** Errors of remote calls: the same kinds, with bounded texts. */

import {
  type AnySandboxError,
  type ArgumentIssue,
  Busy,
  CompilationFailed,
  ExecutionFailed,
  FuelExhausted,
  InvalidArguments,
  MemoryLimitExceeded,
  PermissionDenied,
  SandboxClosed,
  ScriptFailed,
  type ScriptPosition,
  TimeoutExceeded,
  UnknownTool,
  WorkerLost,
} from "../../errors.ts";
import { oneLine } from "../../quote.ts";
import { isObject, number, text, type Untrusted } from "./untrusted.ts";

const MOST_MESSAGE = 8_192;
const MOST_STACK = 16_384;
const MOST_ISSUES = 8;
const MOST_PATH = 100;
const FUEL = /^\d{1,20}$/;

/**
 * Recreates an error reported by another machine. Its texts are untrusted, and
 * truncated; an unknown kind becomes a general failure.
 */
export function readError(tool: string, told: unknown): AnySandboxError {
  const data: Untrusted = isObject(told) ? told : {};
  const error = make(tool, data);
  const message = words(data.message);
  // Some classes build their message from numbers; use the reported one.
  if (message !== undefined) error.message = message;
  return error;
}

function make(tool: string, data: Untrusted): AnySandboxError {
  const message = words(data.message) ??
    "The service did not say why it failed";
  switch (data.kind) {
    case "CompilationFailed":
      return new CompilationFailed(
        words(data.reason) ?? message,
        number(data.offset),
      );
    case "MemoryLimitExceeded":
      return new MemoryLimitExceeded(number(data.limitBytes) ?? 0, message);
    case "TimeoutExceeded":
      return new TimeoutExceeded(number(data.limitMs) ?? 0);
    case "FuelExhausted":
      return new FuelExhausted(fuel(data.fuelLimit), fuel(data.fuelConsumed));
    case "PermissionDenied":
      return new PermissionDenied(message);
    case "InvalidArguments":
      return new InvalidArguments(tool, readIssues(data.issues));
    case "UnknownTool":
      return new UnknownTool(message);
    case "Busy":
      return new Busy(number(data.queueLimit) ?? 0, message);
    case "WorkerLost":
      return new WorkerLost(message);
    case "SandboxClosed":
      return new SandboxClosed(message);
    default:
      return isScript(data)
        ? scriptFailed(data, message)
        : new ExecutionFailed(message);
  }
}

function isScript(data: Untrusted): boolean {
  return typeof data.thrownName === "string" &&
    typeof data.thrownMessage === "string";
}

function scriptFailed(data: Untrusted, message: string): ScriptFailed {
  return new ScriptFailed({
    thrownName: text(data.thrownName, MOST_PATH) ?? "",
    thrownMessage: text(data.thrownMessage, MOST_MESSAGE) ?? message,
    scriptStack: text(data.scriptStack, MOST_STACK) ?? "",
    position: readPosition(data.position),
    hostFunction: text(data.hostFunction, MOST_PATH),
  });
}

function readPosition(told: unknown): ScriptPosition | undefined {
  if (!isObject(told)) return undefined;
  const file = text(told.file, MOST_MESSAGE);
  const [line, column] = [number(told.line), number(told.column)];
  if (file === undefined || line === undefined || column === undefined) {
    return undefined;
  }
  return { file, line, column };
}

function readIssues(told: unknown): ArgumentIssue[] {
  if (!Array.isArray(told)) return [];
  return told.slice(0, MOST_ISSUES).filter(isObject).map((issue) => ({
    path: readPath(issue.path),
    expected: words(issue.expected) ?? "",
    got: words(issue.got) ?? "",
    message: words(issue.message) ?? "",
  }));
}

function readPath(told: unknown): (string | number)[] {
  if (!Array.isArray(told)) return [];
  return told.slice(0, MOST_PATH).map((step: unknown) =>
    number(step) ?? text(step, MOST_MESSAGE) ?? ""
  );
}

/** Reduces a message to one line. */
function words(told: unknown): string | undefined {
  return typeof told === "string" ? oneLine(told, MOST_MESSAGE) : undefined;
}

function fuel(told: unknown): bigint {
  return typeof told === "string" && FUEL.test(told) ? BigInt(told) : 0n;
}
