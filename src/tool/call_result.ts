/** The result of a call: the one shape of success and failure. */

import type { FilesByDirectory } from "../channel/file_bundle.ts";
import type {
  DeniedFile,
  FileOperation,
  FileRefusal,
} from "../channel/denied_file.ts";
import type { DeniedRequest } from "../channel/http_layout.ts";
import type { Denied } from "./denied.ts";
import type { HostCall } from "./host/host_call.ts";
import type { AnySandboxError } from "../errors.ts";
import type { Changes } from "./changes/changes.ts";

export type {
  Denied,
  DeniedFile,
  DeniedRequest,
  FileOperation,
  FileRefusal,
  FilesByDirectory,
};

/** What a call used. */
export interface Usage {
  /** Milliseconds that the guest ran, its fresh instance included. */
  readonly durationMs: number;
  /** Milliseconds that the call waited for a worker. */
  readonly waitedMs: number;
  /** Bytes of its memories and tables at the end. */
  readonly memoryBytes: number;
  /**
   * Bytes that its memories, tables and files in memory took together when
   * they took most.
   */
  readonly peakMemoryBytes: number;
  /** Fuel consumed; `undefined` without `maxFuel`. */
  readonly fuelConsumed: bigint | undefined;
  /**
   * Milliseconds that it took to make the snapshot's state that the call began
   * in, most often ahead of the call; in no limit, and 0 without a snapshot.
   */
  readonly restoreMs: number;
  /** The same as plain data, with fuel as a string of digits. */
  toJSON(): UsageData;
}

/** {@linkcode Usage} as `JSON.stringify` writes it. */
export interface UsageData {
  /** Milliseconds that the guest ran. */
  readonly durationMs: number;
  /** Milliseconds that the call waited for a worker. */
  readonly waitedMs: number;
  /** Bytes of its memories and tables at the end. */
  readonly memoryBytes: number;
  /** Bytes that it took when it took most. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed, in digits; `null` without `maxFuel`. */
  readonly fuelConsumed: string | null;
  /** Milliseconds for the state of a snapshot. */
  readonly restoreMs: number;
}

/** What every call has, however it ended. */
export interface CallRecord {
  /** What the call used. */
  readonly usage: Usage;
  /** What the guest wrote to its standard output. */
  readonly stdout: string;
  /** What the guest wrote to its standard error. */
  readonly stderr: string;
  /** Whether it wrote more to one of them than `maxOutputBytes`. */
  readonly isOutputCut: boolean;
  /**
   * The files in memory directories that the call made or changed, by
   * directory and by path below it.
   */
  readonly files: FilesByDirectory;
  /**
   * The files that were put into memory directories, by this call or by the
   * configuration, and are not there any more: removed, or moved elsewhere. As
   * paths that the guest knows them by, such as `/work/in.csv`.
   */
  readonly removed: readonly string[];
  /**
   * What the call changed in folders that are granted with `overlay`, to look
   * at, commit or drop; with an overlay that several calls share, what all of
   * them changed so far.
   */
  readonly changes: Changes;
  /**
   * What the guest asked for and was refused: of the network, the first 32
   * times, what is not granted and what exceeds a limit; and of files, 32
   * different things, of which the first 16 and the last 16 are kept.
   */
  readonly denied: readonly Denied[];
  /**
   * What the guest asked of the host's functions, in the order of their ends:
   * the first 1000.
   */
  readonly hostCalls: readonly HostCall[];
  /** How many there were, those that are not listed included. */
  readonly hostCallCount: number;
  /**
   * A file that the call made or changed, by the path that the guest knows it
   * by, such as `/work/out.csv`; `undefined` when there is none. A path that
   * is not absolute is taken from `/`.
   */
  file(path: string): Uint8Array | undefined;
}

/** A call that the guest answered. */
export interface CallSuccess<Value> extends CallRecord {
  /** Tells success from failure. */
  readonly ok: true;
  /** What the guest answered. */
  readonly value: Value;
}

/** A call that failed. */
export interface CallFailure extends CallRecord {
  /** Tells success from failure. */
  readonly ok: false;
  /** Why it failed; its `kind` tells which class it is. */
  readonly error: AnySandboxError;
}

/**
 * The result of a call: `ok` tells a {@linkcode CallSuccess} from a
 * {@linkcode CallFailure}.
 *
 * ```ts
 * import { type CallResult, explain } from "@cortexai/sandbox";
 *
 * function show(result: CallResult<unknown>): void {
 *   console.log(result.ok ? result.value : result.error.kind);
 *   console.log(result.usage.durationMs, explain(result));
 * }
 * ```
 */
export type CallResult<Value> = CallSuccess<Value> | CallFailure;

/** The data of a {@linkcode CallRecord}. */
export type RecordData = Omit<CallRecord, "file" | "usage"> & {
  readonly usage: Omit<Usage, "toJSON">;
};

/** A call that the guest answered. */
export function succeeded<Value>(
  value: Value,
  record: RecordData,
): CallSuccess<Value> {
  return new Success(value, record);
}

/** A call that failed. */
export function failed(
  error: AnySandboxError,
  record: RecordData,
): CallFailure {
  return new Failure(error, record);
}

/**
 * The value of a call that was answered.
 *
 * @throws {SandboxError} that ended the call, with the whole result.
 */
export function valueOf<Value>(result: CallResult<Value>): Value {
  if (result.ok) return result.value;
  // Not shown with the error, which a log may print.
  Object.defineProperty(result.error, "result", {
    value: result,
    configurable: true,
  });
  throw result.error;
}

class UsageOfCall implements Usage {
  readonly durationMs: number;
  readonly waitedMs: number;
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
  readonly fuelConsumed: bigint | undefined;
  readonly restoreMs: number;

  constructor(usage: Omit<Usage, "toJSON">) {
    this.durationMs = usage.durationMs;
    this.waitedMs = usage.waitedMs;
    this.memoryBytes = usage.memoryBytes;
    this.peakMemoryBytes = usage.peakMemoryBytes;
    this.fuelConsumed = usage.fuelConsumed;
    this.restoreMs = usage.restoreMs;
  }

  toJSON(): UsageData {
    return { ...this, fuelConsumed: this.fuelConsumed?.toString() ?? null };
  }
}

abstract class Recorded implements CallRecord {
  readonly usage: Usage;
  readonly stdout: string;
  readonly stderr: string;
  readonly isOutputCut: boolean;
  readonly files: FilesByDirectory;
  readonly removed: readonly string[];
  readonly changes: Changes;
  readonly denied: readonly Denied[];
  readonly hostCalls: readonly HostCall[];
  readonly hostCallCount: number;

  constructor(record: RecordData) {
    this.usage = record.usage instanceof UsageOfCall
      ? record.usage
      : new UsageOfCall(record.usage);
    this.stdout = record.stdout;
    this.stderr = record.stderr;
    this.isOutputCut = record.isOutputCut;
    this.files = record.files;
    this.removed = record.removed;
    this.changes = record.changes;
    this.denied = record.denied;
    this.hostCalls = record.hostCalls;
    this.hostCallCount = record.hostCallCount;
  }

  file(path: string): Uint8Array | undefined {
    const wanted = path.startsWith("/") ? path : `/${path}`;
    for (const [directory, files] of Object.entries(this.files)) {
      const prefix = directory.endsWith("/") ? directory : `${directory}/`;
      if (!wanted.startsWith(prefix)) continue;
      const below = wanted.slice(prefix.length);
      if (Object.hasOwn(files, below)) return files[below];
    }
    return undefined;
  }
}

class Success<Value> extends Recorded implements CallSuccess<Value> {
  readonly ok = true;
  readonly value: Value;

  constructor(value: Value, record: RecordData) {
    super(record);
    this.value = value;
  }
}

class Failure extends Recorded implements CallFailure {
  readonly ok = false;
  readonly error: AnySandboxError;

  constructor(error: AnySandboxError, record: RecordData) {
    super(record);
    this.error = error;
  }
}
