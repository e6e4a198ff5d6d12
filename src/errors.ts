/**
 * The errors a sandbox reports.
 *
 * Every failure that a guest, a limit or a grant causes is one of the classes
 * below, so `error instanceof SandboxError` and `error.kind` tell it apart from
 * a bug of the host program. Wrong options are a `TypeError` or a `RangeError`
 * of the builder instead: they are the host program's own mistake.
 *
 * @module
 */

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

/** An error as plain data: what `JSON.stringify` makes of one. */
export interface SandboxErrorData {
  /** The class of the error. */
  readonly kind: SandboxErrorKind;
  /** What happened, with the limit and the value. */
  readonly message: string;
  /** What the class adds, such as `limitMs`; fuel as a string of digits. */
  readonly [detail: string]: unknown;
}

/**
 * The base of every error that a sandbox reports.
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
  /** Tells the class apart after serialization, where `instanceof` is lost. */
  abstract readonly kind: SandboxErrorKind;
  /**
   * The whole result of the call that failed: what it printed, used and
   * changed. Only on errors that `execute` throws.
   */
  declare readonly result?: unknown;

  /**
   * Names the error after its class.
   *
   * @param message What happened, with the limit and the value.
   * @param options The `cause`, where another error led to this one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** The error as plain data, which `JSON.stringify` asks for. */
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

/** Every class of error: `kind` tells them apart. */
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

/** The bytes are not a valid module, or one that this sandbox cannot bound. */
export class CompilationFailed extends SandboxError {
  /** Always `"CompilationFailed"`. */
  override readonly kind = "CompilationFailed";
  /** What could not be compiled, without the offset. */
  readonly reason: string;
  /** Where in the module's bytes, when one place is to blame. */
  readonly offset: number | undefined;

  /**
   * Adds the offset to the message.
   *
   * @param message The reason: what could not be compiled, and why.
   * @param offset The byte offset in the module, when one place is to blame.
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

/** The guest trapped, or answered with something that can't be used. */
export class ExecutionFailed extends SandboxError {
  /** Always `"ExecutionFailed"`. */
  override readonly kind = "ExecutionFailed";
}

/** A place in a script. */
export interface ScriptPosition {
  /** The file, below the script's folder. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
}

/** What is known of what a script threw. */
export interface ScriptFailure {
  /** The name of the error; empty when it threw something else. */
  readonly thrownName: string;
  /** Its message, or what was thrown. */
  readonly thrownMessage: string;
  /** The frames of its stack, one a line; empty when there are none. */
  readonly scriptStack: string;
  /** Where it was thrown, as far as one knows. */
  readonly position: ScriptPosition | undefined;
  /** The function of the host that failed, where the error is about one. */
  readonly hostFunction: string | undefined;
}

/** A script threw, and nobody in it caught that. All of it is the script's word. */
export class ScriptFailed extends ExecutionFailed implements ScriptFailure {
  /** The name of the error; empty when it threw something else. */
  readonly thrownName: string;
  /** Its message, or what was thrown. */
  readonly thrownMessage: string;
  /** The frames of its stack, one a line; empty when there are none. */
  readonly scriptStack: string;
  /** Where it was thrown, as far as one knows. */
  readonly position: ScriptPosition | undefined;
  /** The function of the host that failed, where the error is about one. */
  readonly hostFunction: string | undefined;

  /**
   * Makes a message of where and what.
   *
   * @param failure What is known of what was thrown.
   */
  constructor(failure: ScriptFailure) {
    const { thrownName, thrownMessage, position } = failure;
    const where = position
      ? `${position.file}:${position.line}:${position.column}: `
      : "";
    const what = thrownName === "" ? "Thrown" : thrownName;
    super(`${where}${what}: ${thrownMessage}`);
    this.thrownName = thrownName;
    this.thrownMessage = thrownMessage;
    this.scriptStack = failure.scriptStack;
    this.position = position;
    this.hostFunction = failure.hostFunction;
  }
}

/** The guest declared or asked for more memory than it was given. */
export class MemoryLimitExceeded extends SandboxError {
  /** Always `"MemoryLimitExceeded"`. */
  override readonly kind = "MemoryLimitExceeded";
  /** The limit over all memories and tables, in bytes. */
  readonly limitBytes: number;

  /**
   * Names the limit unless there is more to say.
   *
   * @param limitBytes The limit over all memories and tables, in bytes.
   * @param message What exceeded it; the limit alone by default.
   */
  constructor(
    limitBytes: number,
    message = `Memory limit of ${limitBytes} bytes exceeded`,
  ) {
    super(message);
    this.limitBytes = limitBytes;
  }
}

/** The call took longer than it was given, and was stopped. */
export class TimeoutExceeded extends SandboxError {
  /** Always `"TimeoutExceeded"`. */
  override readonly kind = "TimeoutExceeded";
  /** The limit in milliseconds. */
  readonly limitMs: number;

  /**
   * Names the limit.
   *
   * @param limitMs The limit in milliseconds.
   */
  constructor(limitMs: number) {
    super(`Execution time limit of ${limitMs} ms exceeded`);
    this.limitMs = limitMs;
  }
}

/** The call used up its fuel, and was stopped. */
export class FuelExhausted extends SandboxError {
  /** Always `"FuelExhausted"`. */
  override readonly kind = "FuelExhausted";
  /** The fuel that the call was given. */
  readonly fuelLimit: bigint;
  /** What it had consumed when it was stopped; at least the limit. */
  readonly fuelConsumed: bigint;

  /**
   * Names the limit and what was consumed.
   *
   * @param fuelLimit The fuel that the call was given.
   * @param fuelConsumed What it had consumed when it was stopped.
   */
  constructor(fuelLimit: bigint, fuelConsumed: bigint = fuelLimit) {
    super(`Fuel limit of ${fuelLimit} exhausted (${fuelConsumed} consumed)`);
    this.fuelLimit = fuelLimit;
    this.fuelConsumed = fuelConsumed;
  }
}

/** The host process itself lacks a permission that was to be granted. */
export class PermissionDenied extends SandboxError {
  /** Always `"PermissionDenied"`. */
  override readonly kind = "PermissionDenied";
}

/** One argument that does not fit what a tool's schema says. */
export interface ArgumentIssue {
  /** Where it is: keys and indices from the outside in; empty for all. */
  readonly path: readonly (string | number)[];
  /** What was expected there. */
  readonly expected: string;
  /** What stands there, cut where it is long. */
  readonly got: string;
  /** All of it as one sentence. */
  readonly message: string;
}

/** The arguments do not fit the tool's schema; the tool was not called. */
export class InvalidArguments extends SandboxError {
  /** Always `"InvalidArguments"`. */
  override readonly kind = "InvalidArguments";
  /** What does not fit, the first 8. */
  readonly issues: readonly ArgumentIssue[];

  /**
   * Names the arguments.
   *
   * @param tool The name of the tool.
   * @param issues What does not fit; at least one.
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

/** There is no tool of this name. */
export class UnknownTool extends SandboxError {
  /** Always `"UnknownTool"`. */
  override readonly kind = "UnknownTool";
}

/** The sandbox has no room: its queue is full, or a call waited too long. */
export class Busy extends SandboxError {
  /** Always `"Busy"`. */
  override readonly kind = "Busy";
  /** How many calls may wait. */
  readonly queueLimit: number;

  /**
   * Names the limit unless there is more to say.
   *
   * @param queueLimit How many calls may wait.
   * @param message What was waited for; the full queue by default.
   */
  constructor(
    queueLimit: number,
    message = `Sandbox is busy: ${queueLimit} calls are waiting, the limit`,
  ) {
    super(message);
    this.queueLimit = queueLimit;
  }
}

/** The worker that ran the call did not answer after it was told to stop. */
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
 * What a function of the host throws to tell the guest why it fails: its
 * message is for the guest. That of any other error stays with the host.
 */
export class HostFunctionError extends Error {
  /** Always `"HostFunctionError"`. */
  override readonly name = "HostFunctionError";
}
