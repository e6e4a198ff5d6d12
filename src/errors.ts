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
  | "Busy"
  | "WorkerLost"
  | "SandboxClosed";

/** The base of every error that a sandbox reports. */
export abstract class SandboxError extends Error {
  /** Tells the class apart after serialization, where `instanceof` is lost. */
  abstract readonly kind: SandboxErrorKind;

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
}

/** The bytes are no module, or one that this sandbox can't bound. */
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

/** As many calls wait as the sandbox lets wait. */
export class Busy extends SandboxError {
  /** Always `"Busy"`. */
  override readonly kind = "Busy";
  /** How many calls may wait. */
  readonly queueLimit: number;

  /**
   * Names the limit.
   *
   * @param queueLimit How many calls may wait.
   */
  constructor(queueLimit: number) {
    super(`Sandbox is busy: ${queueLimit} calls are waiting, the limit`);
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
