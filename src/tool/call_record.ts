/** Reads a worker's reply: a value or an error, and the call's record. */

import { decodeErrorRecord, toGuestError } from "../channel/error_record.ts";
import {
  decodeGuestFiles,
  takeOverlays,
  takeRemovals,
} from "../channel/file_bundle.ts";
import { type CallAnswer, Status } from "../channel/layout.ts";
import type { CallLimits } from "../config/call_options.ts";
import {
  type AnySandboxError,
  FuelExhausted,
  SandboxClosed,
  TimeoutExceeded,
  WorkerLost,
} from "../errors.ts";
import type { PoolCallEnd } from "../host/pool/waiting_calls.ts";
import { decodeText } from "../pieces/decode_text.ts";
import { readDenied } from "./denied.ts";
import { type HostCallLog, NO_CALLS } from "./host/host_call.ts";
import { StopReason } from "../stop_page.ts";
import {
  type CallResult,
  failed,
  type RecordData,
  succeeded,
} from "./call_result.ts";
import { type Changes, NO_CHANGES } from "./changes/changes.ts";
import type { OverlayStates } from "./changes/overlay.ts";

/** Builds `Changes` from what a call left in overlays. */
export type ChangesOf = (states: OverlayStates) => Changes;

/** The record of a call that never reached a guest. */
export function noRecord(calls: HostCallLog = NO_CALLS): RecordData {
  return {
    usage: {
      durationMs: 0,
      waitedMs: 0,
      memoryBytes: 0,
      peakMemoryBytes: 0,
      fuelConsumed: undefined,
      restoreMs: 0,
    },
    stdout: "",
    stderr: "",
    isOutputCut: false,
    files: {},
    removed: [],
    changes: NO_CHANGES,
    denied: [],
    hostCalls: calls.calls,
    hostCallCount: calls.count,
  };
}

/**
 * Turns a call's outcome into its result; a promise if there is much to decode.
 *
 * @throws the signal's reason, also as a rejection, when the call was aborted.
 */
export function toCallResult(
  end: PoolCallEnd,
  limits: CallLimits,
  calls: HostCallLog,
  changesOf: ChangesOf,
): CallResult<Uint8Array> | Promise<CallResult<Uint8Array>> {
  const output = callOutput(end.answer);
  return output instanceof Promise
    ? output.then((decoded) =>
      callResult(end, limits, calls, changesOf, decoded)
    )
    : callResult(end, limits, calls, changesOf, output);
}

function callResult(
  end: PoolCallEnd,
  limits: CallLimits,
  calls: HostCallLog,
  changesOf: ChangesOf,
  output: CallOutput,
): CallResult<Uint8Array> {
  const record = callRecord(end, limits, calls, changesOf, output);
  if (end.answer.status === Status.Value) {
    return succeeded(end.answer.value, record);
  }
  if (end.reason === StopReason.Abort) throw limits.signal?.reason;
  return failed(callError(end, limits), record);
}

/** What a call left behind, decoded. */
type CallOutput = Pick<RecordData, "stdout" | "stderr" | "files">;

function callOutput(
  { stdout, stderr, files }: CallAnswer,
): CallOutput | Promise<CallOutput> {
  const out = decodeText(stdout);
  const err = decodeText(stderr);
  const isDecoded = typeof out === "string" && typeof err === "string" &&
    files.length === 0;
  return isDecoded
    ? { stdout: out, stderr: err, files: {} }
    : decodedOutput(out, err, files);
}

async function decodedOutput(
  stdout: string | Promise<string>,
  stderr: string | Promise<string>,
  files: Uint8Array,
): Promise<CallOutput> {
  return {
    stdout: await stdout,
    stderr: await stderr,
    files: files.length === 0 ? {} : await decodeGuestFiles(files) ?? {},
  };
}

function callRecord(
  { answer, waitedMs }: PoolCallEnd,
  { maxFuel }: CallLimits,
  calls: HostCallLog,
  changesOf: ChangesOf,
  { stdout, stderr, files }: CallOutput,
): RecordData {
  const overlays = takeOverlays(files);
  const removed = takeRemovals(files);
  const { durationMs, memoryBytes, peakMemoryBytes, fuelConsumed, restoreMs } =
    answer.usage;
  return {
    usage: {
      durationMs,
      waitedMs,
      memoryBytes,
      peakMemoryBytes,
      fuelConsumed: maxFuel === undefined ? undefined : fuelConsumed,
      restoreMs,
    },
    stdout,
    stderr,
    isOutputCut: answer.isCut,
    files,
    removed,
    changes: Object.keys(overlays).length === 0
      ? NO_CHANGES
      : changesOf(overlays),
    denied: answer.denied.length === 0 ? [] : readDenied(answer.denied),
    hostCalls: calls.calls,
    hostCallCount: calls.count,
  };
}

function callError(end: PoolCallEnd, limits: CallLimits): AnySandboxError {
  const record = decodeErrorRecord(end.answer.value);
  if (!record) return new WorkerLost("Worker reported an invalid error");
  switch (record.kind) {
    case "Stopped":
      return end.reason === StopReason.Deadline
        ? new TimeoutExceeded(limits.timeoutMs)
        : new SandboxClosed("Sandbox was closed during the call");
    case "FuelExhausted":
      return new FuelExhausted(
        limits.maxFuel ?? 0n,
        end.answer.usage.fuelConsumed,
      );
    default:
      return toGuestError(record, limits.maxMemoryBytes);
  }
}
