/**
 * The errors that a sandbox reports.
 *
 * Every failure caused by a guest, a limit or a grant is one of the classes
 * below, so `error instanceof SandboxError` and `error.kind` distinguish it
 * from a bug in the host program. Invalid options throw a `TypeError` or a
 * `RangeError` instead: they are the host program's own mistake.
 *
 * @module
 */

import { oneLine } from "./quote.ts";

/** Of what a script threw; more of it is in `thrownMessage`. */
const MOST_OF_MESSAGE = 4_096;

/** What went wrong, as a string that survives serialization. */
export type SandboxErrorKind =
  | "CompilationFailed"
  | "ExecutionFailed"
  | "MemoryLimitExceeded"
  | "TimeoutExceeded"
  | "FuelExhausted"
  | "PermissionDenied"
  | "InvalidArguments"
  | "UnknownTool"
  | "Busy"
  | "WorkerLost"
  | "SandboxClosed";

/** An error as plain data, as `JSON.stringify` writes it. */
export interface SandboxErrorData {
  /** The class of the error. */
  readonly kind: SandboxErrorKind;
  /** What happened, with the limit and the value. */
  readonly message: string;
  /**
   * Fields that the class adds, such as `limitMs`; fuel is a string of digits.
   */
  readonly [detail: string]: unknown;
}

/**
 * The base class of every error that a sandbox reports.
 *
 * ```ts
 * import { SandboxedTool, SandboxError } from "@cortexai/sandbox";
 *
 * try {
 *   await using _tool = await SandboxedTool.load(new Uint8Array(8));
 * } catch (error) {
 *   if (!(error instanceof SandboxError)) throw error;
 *   console.log(error.kind, error.message); // CompilationFailed ...
 * }
 * ```
 */
export abstract class SandboxError extends Error {
  /**
   * Identifies the class even after serialization, where `instanceof` is lost.
   */
  abstract readonly kind: SandboxErrorKind;
  /**
   * The full result of the failed call: its output, usage and changes. Set only
   * on errors that `execute` throws.
   */
  declare readonly result?: unknown;

  /**
   * Names the error after its class.
   *
   * @param message What happened, with the limit and the value.
   * @param options The `cause`, if another error led to this one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** The error as plain data, called by `JSON.stringify`. */
  toJSON(): SandboxErrorData {
    const details = Object.entries(this)
      .filter(([key]) => key !== "name" && key !== "kind")
      .map(([key, value]) => [
        key,
        typeof value === "bigint" ? value.toString() : value,
      ]);
    return {
      kind: this.kind,
      message: this.message,
      ...Object.fromEntries(details),
    };
  }
}

/** Union of all error classes, discriminated by `kind`. */
export type AnySandboxError =
  | CompilationFailed
  | ExecutionFailed
  | MemoryLimitExceeded
  | TimeoutExceeded
  | FuelExhausted
  | PermissionDenied
  | InvalidArguments
  | UnknownTool
  | Busy
  | WorkerLost
  | SandboxClosed;

/** The bytes are not a valid module, or not one that this sandbox can bound. */
export class CompilationFailed extends SandboxError {
  /** Always `"CompilationFailed"`. */
  override readonly kind = "CompilationFailed";
  /** The reason, without the offset. */
  readonly reason: string;
  /** The byte offset in the module, if one place is to blame. */
  readonly offset: number | undefined;

  /**
   * Adds the offset to the message.
   *
   * @param message The reason: what could not be compiled, and why.
   * @param offset The byte offset in the module, if one place is to blame.
   */
  constructor(message: string, offset?: number) {
    super(
      offset === undefined
        ? message
        : `${message} (at offset 0x${offset.toString(16)})`,
    );
    this.reason = message;
    this.offset = offset;
  }
}

/** The guest trapped, or returned something that can't be used. */
export class ExecutionFailed extends SandboxError {
  /** Always `"ExecutionFailed"`. */
  override readonly kind = "ExecutionFailed";
}

/** A place in a script. */
export interface ScriptPosition {
  /** The file, relative to the script's folder. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
}

/** What is known about a value that a script threw. */
export interface ScriptFailure {
  /** The name of the error; empty if the thrown value was not an error. */
  readonly thrownName: string;
  /** The error's message, or the thrown value as text. */
  readonly thrownMessage: string;
  /** Its stack frames, one per line; empty if there are none. */
  readonly scriptStack: string;
  /** Where it was thrown, if known. */
  readonly position: ScriptPosition | undefined;
  /** The host function that failed, if one did. */
  readonly hostFunction: string | undefined;
}

/**
 * A script threw and did not catch it. Every field is the script's own claim,
 * and untrusted.
 */
export class ScriptFailed extends ExecutionFailed implements ScriptFailure {
  /** The name of the error; empty if the thrown value was not an error. */
  readonly thrownName: string;
  /** The error's message, or the thrown value as text. */
  readonly thrownMessage: string;
  /** Its stack frames, one per line; empty if there are none. */
  readonly scriptStack: string;
  /** Where it was thrown, if known. */
  readonly position: ScriptPosition | undefined;
  /** The host function that failed, if one did. */
  readonly hostFunction: string | undefined;

  /**
   * Builds the message from the position and the thrown value.
   *
   * @param failure What is known about the thrown value.
   */
  constructor(failure: ScriptFailure) {
    const { thrownName, thrownMessage, position } = failure;
    const where = position
      ? `${position.file}:${position.line}:${position.column}: `
      : "";
    const what = thrownName === "" ? "Thrown" : thrownName;
    const text = `${where}${what}: ${thrownMessage}`.replace(/\s*\n\s*/g, " ");
    super(oneLine(text, MOST_OF_MESSAGE));
    this.thrownName = thrownName;
    this.thrownMessage = thrownMessage;
    this.scriptStack = failure.scriptStack;
    this.position = position;
    this.hostFunction = failure.hostFunction;
  }
}

/** The guest declared or requested more memory than its limit. */
export class MemoryLimitExceeded extends SandboxError {
  /** Always `"MemoryLimitExceeded"`. */
  override readonly kind = "MemoryLimitExceeded";
  /** The limit over all memories and tables, in bytes. */
  readonly limitBytes: number;

  /**
   * Builds the message, which names the limit by default.
   *
   * @param limitBytes The limit over all memories and tables, in bytes.
   * @param message What exceeded the limit; names only the limit by default.
   */
  constructor(
    limitBytes: number,
    message = `Memory limit of ${limitBytes} bytes exceeded`,
  ) {
    super(message);
    this.limitBytes = limitBytes;
  }
}

/** The call exceeded its time limit and was stopped. */
export class TimeoutExceeded extends SandboxError {
  /** Always `"TimeoutExceeded"`. */
  override readonly kind = "TimeoutExceeded";
  /** The limit in milliseconds. */
  readonly limitMs: number;

  /**
   * Builds a message that names the limit.
   *
   * @param limitMs The limit in milliseconds.
   */
  constructor(limitMs: number) {
    super(`Execution time limit of ${limitMs} ms exceeded`);
    this.limitMs = limitMs;
  }
}

/** The call used up its fuel and was stopped. */
export class FuelExhausted extends SandboxError {
  /** Always `"FuelExhausted"`. */
  override readonly kind = "FuelExhausted";
  /** The fuel that the call was given. */
  readonly fuelLimit: bigint;
  /** The fuel consumed when the call was stopped; at least the limit. */
  readonly fuelConsumed: bigint;

  /**
   * Builds a message that names the limit and the fuel consumed.
   *
   * @param fuelLimit The fuel that the call was given.
   * @param fuelConsumed The fuel consumed when the call was stopped.
   */
  constructor(fuelLimit: bigint, fuelConsumed: bigint = fuelLimit) {
    super(`Fuel limit of ${fuelLimit} exhausted (${fuelConsumed} consumed)`);
    this.fuelLimit = fuelLimit;
    this.fuelConsumed = fuelConsumed;
  }
}

/**
 * The host process lacks a permission that the configuration grants to guests.
 */
export class PermissionDenied extends SandboxError {
  /** Always `"PermissionDenied"`. */
  override readonly kind = "PermissionDenied";
}

/** One argument that does not match the tool's schema. */
export interface ArgumentIssue {
  /**
   * The path of keys and indices, outermost first; empty for the arguments as a
   * whole.
   */
  readonly path: readonly (string | number)[];
  /** What the schema expects there. */
  readonly expected: string;
  /** The value found there, truncated if it is long. */
  readonly got: string;
  /** The whole issue as one sentence. */
  readonly message: string;
}

/** The arguments do not match the tool's schema; the tool was not called. */
export class InvalidArguments extends SandboxError {
  /** Always `"InvalidArguments"`. */
  override readonly kind = "InvalidArguments";
  /** The first 8 mismatches. */
  readonly issues: readonly ArgumentIssue[];

  /**
   * Builds a message that lists the mismatches.
   *
   * @param tool The name of the tool.
   * @param issues The mismatches; at least one.
   */
  constructor(tool: string, issues: readonly ArgumentIssue[]) {
    super(
      `Invalid arguments for ${tool}: ${
        issues.map(({ message }) => message).join("; ")
      }`,
    );
    this.issues = issues;
  }
}

/** There is no tool with this name. */
export class UnknownTool extends SandboxError {
  /** Always `"UnknownTool"`. */
  override readonly kind = "UnknownTool";
}

/** The sandbox is at capacity: its queue is full, or a call waited too long. */
export class Busy extends SandboxError {
  /** Always `"Busy"`. */
  override readonly kind = "Busy";
  /** The maximum number of queued calls. */
  readonly queueLimit: number;

  /**
   * Builds the message, which names the limit by default.
   *
   * @param queueLimit The maximum number of queued calls.
   * @param message What the call waited for; the full queue by default.
   */
  constructor(
    queueLimit: number,
    message = `Sandbox is busy: ${queueLimit} calls are waiting, the limit`,
  ) {
    super(message);
    this.queueLimit = queueLimit;
  }
}

/** The worker running the call did not respond after it was told to stop. */
export class WorkerLost extends SandboxError {
  /** Always `"WorkerLost"`. */
  override readonly kind = "WorkerLost";
}

/** The sandbox was closed before or during the call. */
export class SandboxClosed extends SandboxError {
  /** Always `"SandboxClosed"`. */
  override readonly kind = "SandboxClosed";
}

/**
 * Thrown by a host function to tell the guest why it failed: its message is
 * sent to the guest. The messages of all other errors stay on the host.
 */
export class HostFunctionError extends Error {
  /** Always `"HostFunctionError"`. */
  override readonly name = "HostFunctionError";
}
