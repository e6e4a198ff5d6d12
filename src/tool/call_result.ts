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
  /** Milliseconds that the guest ran, including instantiation. */
  readonly durationMs: number;
  /** Milliseconds that the call waited for a worker. */
  readonly waitedMs: number;
  /** Bytes of its memories and tables at the end. */
  readonly memoryBytes: number;
  /** Peak of the total bytes of its memories, tables and in-memory files. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed; `undefined` without `maxFuel`. */
  readonly fuelConsumed: bigint | undefined;
  /**
   * Milliseconds taken to restore the snapshot that the call started from,
   * usually before the call; counts toward no limit, and is 0 without a
   * snapshot.
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
  /** Peak of the bytes that it used. */
  readonly peakMemoryBytes: number;
  /** Fuel consumed, in digits; `null` without `maxFuel`. */
  readonly fuelConsumed: string | null;
  /** Milliseconds taken to restore the snapshot. */
  readonly restoreMs: number;
}

/** What every call reports, however it ended. */
export interface CallRecord {
  /** What the call used. */
  readonly usage: Usage;
  /** What the guest wrote to its standard output. */
  readonly stdout: string;
  /** What the guest wrote to its standard error. */
  readonly stderr: string;
  /** Whether output to either was truncated at `maxOutputBytes`. */
  readonly isOutputCut: boolean;
  /**
   * The files in in-memory directories that the call created or changed, by
   * directory and by path below it.
   */
  readonly files: FilesByDirectory;
  /**
   * The files placed in in-memory directories by this call or by the
   * configuration that no longer exist: removed or moved elsewhere. As guest
   * paths, such as `/work/in.csv`.
   */
  readonly removed: readonly string[];
  /**
   * What the call changed in folders granted with `overlay`, to inspect, commit
   * or drop; for an overlay shared by several calls, what all of them changed
   * so far.
   */
  readonly changes: Changes;
  /**
   * What the guest was refused. Network: the first 32 requests that were not
   * granted or exceeded a limit. Files: 32 distinct entries, the first 16 and
   * the last 16.
   */
  readonly denied: readonly Denied[];
  /** The first 1000 host function calls, in order of completion. */
  readonly hostCalls: readonly HostCall[];
  /** The number of host function calls, including those not listed. */
  readonly hostCallCount: number;
  /**
   * A file that the call created or changed, by guest path, such as
   * `/work/out.csv`; `undefined` if there is none. A relative path is resolved
   * against `/`.
   */
  file(path: string): Uint8Array | undefined;
}

/** A call that succeeded. */
export interface CallSuccess<Value> extends CallRecord {
  /** Tells success from failure. */
  readonly ok: true;
  /** What the guest returned. */
  readonly value: Value;
}

/** A call that failed. */
export interface CallFailure extends CallRecord {
  /** Tells success from failure. */
  readonly ok: false;
  /** Why it failed; its `kind` identifies the class. */
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

/** A call that succeeded. */
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
 * The value of a successful call.
 *
 * @throws {SandboxError} that ended the call, with the full result.
 */
export function valueOf<Value>(result: CallResult<Value>): Value {
  if (result.ok) return result.value;
  // Not enumerable, so that a log of the error does not print it.
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
