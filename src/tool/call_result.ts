/** What came of a call: the one shape of success and failure. */

import { decodeErrorRecord, toGuestError } from "../channel/error_record.ts";
import {
  decodeFileBundle,
  type FilesByDirectory,
} from "../channel/file_bundle.ts";
import { type DeniedRequest, MAX_DENIED } from "../channel/http_layout.ts";
import { type CallAnswer, Status } from "../channel/layout.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import {
  FuelExhausted,
  SandboxClosed,
  type SandboxError,
  TimeoutExceeded,
  WorkerLost,
} from "../errors.ts";
import type { CallEnd } from "../host/guest/call_outcome.ts";
import { StopReason } from "../stop_page.ts";

export type { DeniedRequest, FilesByDirectory };

/** Longer texts of refusals are cut. */
const MAX_DENIED_LENGTH = 500;

/** What a call used. */
export interface Usage {
  /** Milliseconds that the guest ran, its fresh instance included. */
  readonly durationMs: number;
  /** Bytes of its memories at the end. */
  readonly memoryBytes: number;
  /** Fuel consumed; `undefined` without `maxFuel`. */
  readonly fuelConsumed: bigint | undefined;
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
   * What is in the memory directories afterwards, by directory and by path
   * below it; empty without memory directories.
   */
  readonly files: FilesByDirectory;
  /**
   * What the guest asked of the network and was refused, the first 32 times:
   * what is not granted, and what exceeds a limit.
   */
  readonly denied: readonly DeniedRequest[];
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
  /** Why it failed. */
  readonly error: SandboxError;
}

/** What came of a call. */
export type CallResult<Value> = CallSuccess<Value> | CallFailure;

/** The record of a call that never reached a guest. */
export const NO_USAGE: CallRecord = Object.freeze({
  usage: Object.freeze({
    durationMs: 0,
    memoryBytes: 0,
    fuelConsumed: undefined,
  }),
  stdout: "",
  stderr: "",
  isOutputCut: false,
  files: Object.freeze({}),
  denied: Object.freeze([]),
});

/**
 * Turns a call's end into its result.
 *
 * @throws the signal's reason when the call was aborted.
 */
export function toCallResult(
  end: CallEnd,
  config: SandboxConfig,
  signal: AbortSignal | undefined,
): CallResult<Uint8Array> {
  const record = callRecord(end.answer, config);
  if (end.answer.status === Status.Value) {
    return { ok: true, value: end.answer.value, ...record };
  }
  if (end.reason === StopReason.Abort) throw signal?.reason;
  return { ok: false, error: callError(end, config), ...record };
}

function callRecord(answer: CallAnswer, config: SandboxConfig): CallRecord {
  const { durationMs, memoryBytes, fuelConsumed } = answer.usage;
  return {
    usage: {
      durationMs,
      memoryBytes,
      fuelConsumed: config.maxFuel === undefined ? undefined : fuelConsumed,
    },
    stdout: text(answer.stdout),
    stderr: text(answer.stderr),
    isOutputCut: answer.isCut,
    files: answer.files.length === 0
      ? {}
      : decodeFileBundle(answer.files) ?? {},
    denied: answer.denied.length === 0 ? [] : deniedRequests(answer.denied),
  };
}

/** Most calls write nothing, and decoding nothing takes its time too. */
function text(bytes: Uint8Array): string {
  return bytes.length === 0
    ? ""
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Reads what a worker reports; whatever is none is left out. */
function deniedRequests(bytes: Uint8Array): DeniedRequest[] {
  try {
    const list: unknown = JSON.parse(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    );
    return Array.isArray(list)
      ? list.slice(0, MAX_DENIED).filter(isDeniedRequest)
        .map(({ url, reason }) => ({
          url: url.slice(0, MAX_DENIED_LENGTH),
          reason: reason.slice(0, MAX_DENIED_LENGTH),
        }))
      : [];
  } catch {
    return [];
  }
}

function isDeniedRequest(value: unknown): value is DeniedRequest {
  const { url, reason } = (value ?? {}) as Partial<DeniedRequest>;
  return typeof url === "string" && typeof reason === "string";
}

function callError(end: CallEnd, config: SandboxConfig): SandboxError {
  const record = decodeErrorRecord(end.answer.value);
  if (!record) return new WorkerLost("Worker reported an error that is none");
  switch (record.kind) {
    case "Stopped":
      return end.reason === StopReason.Deadline
        ? new TimeoutExceeded(config.maxExecutionTime)
        : new SandboxClosed("Sandbox was closed during the call");
    case "FuelExhausted":
      return new FuelExhausted(
        config.maxFuel ?? 0n,
        end.answer.usage.fuelConsumed,
      );
    default:
      return toGuestError(record, config.maxMemoryBytes);
  }
}
