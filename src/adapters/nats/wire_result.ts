/**
 * What came of a call, as bytes: its JSON behind four bytes of length, and the
 * files that it made behind that.
 */

import { ExecutionFailed, TimeoutExceeded } from "../../errors.ts";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";
import { noRecord } from "../../tool/call_record.ts";
import {
  type CallResult,
  type DeniedRequest,
  failed,
  type FilesByDirectory,
  type RecordData,
  succeeded,
} from "../../tool/call_result.ts";
import type { HostCall } from "../../tool/host/host_call.ts";
import type { JsonValue } from "../../tool/tool.ts";
import { quote } from "../../quote.ts";
import { isObject, number, text, type Untrusted, whole } from "./untrusted.ts";
import { readError } from "./wire_error.ts";

/** What a caller knows of the call whose result it reads. */
export interface AskedCall {
  readonly tool: string;
  /** The time that the caller gave the call. */
  readonly timeoutMs: number;
}

const MOST_DENIED = 32;
const MOST_HOST_CALLS = 1_000;
const MOST_FILES = 100_000;
const MOST_NAME = 4_096;
const FUEL = /^\d{1,20}$/;
const OUTCOMES: readonly string[] = [
  "answered",
  "failed",
  "refused",
  "stopped",
];
const ENCODER = new TextEncoder();

/** What a service knows of the call whose result it writes. */
export interface RanCall {
  /** Milliseconds that it waited at the service, before the tool was called. */
  readonly waitedMs: number;
  /** Whether the caller's time was up, and not the tool's own. */
  readonly isBudget: boolean;
}

/** Writes a result. What it changed in overlays is not told, and is lost. */
export function writeResult(
  result: CallResult<JsonValue>,
  ran: RanCall,
): Uint8Array {
  const blobs: Uint8Array[] = [];
  const json = jsonOf(result, ran, blobs);
  const head = ENCODER.encode(json);
  const length = blobs.reduce(
    (sum, blob) => sum + blob.length,
    4 + head.length,
  );
  const all = new Uint8Array(length);
  new DataView(all.buffer).setUint32(0, head.length, true);
  all.set(head, 4);
  let at = 4 + head.length;
  for (const blob of blobs) {
    all.set(blob, at);
    at += blob.length;
  }
  return all;
}

function jsonOf(
  result: CallResult<JsonValue>,
  { waitedMs, isBudget }: RanCall,
  blobs: Uint8Array[],
): string {
  const { stdout, stderr, isOutputCut, denied, hostCalls } = result;
  const used = result.usage.toJSON();
  const usage = { ...used, waitedMs: used.waitedMs + waitedMs };
  const record = {
    usage,
    ...stdout === "" ? {} : { stdout },
    ...stderr === "" ? {} : { stderr },
    ...isOutputCut ? { isOutputCut } : {},
    ...denied.length === 0 ? {} : { denied },
    ...result.hostCallCount === 0
      ? {}
      : { hostCalls, hostCallCount: result.hostCallCount },
    ...filesOf(result.files, blobs),
  };
  if (!result.ok) {
    return JSON.stringify({ error: result.error, isBudget, ...record });
  }
  try {
    return JSON.stringify({ value: result.value, ...record });
  } catch (error) {
    // Reading has no limit of depth, and writing has.
    if (!(error instanceof RangeError)) throw error;
    blobs.length = 0;
    const why = "The answer is nested too deep to be sent";
    return JSON.stringify({ error: new ExecutionFailed(why), usage });
  }
}

function filesOf(files: FilesByDirectory, blobs: Uint8Array[]): object {
  const folders = Object.entries(files).map(([directory, inside]) => {
    const lengths = Object.entries(inside).map(([path, bytes]) => {
      blobs.push(bytes);
      return [path, bytes.length];
    });
    return [directory, lengths];
  });
  return folders.length === 0 ? {} : { files: folders };
}

/** Reads a result; what can't be one is a failure of the call. */
export async function readResult(
  bytes: Uint8Array,
  asked: AskedCall,
): Promise<CallResult<JsonValue>> {
  const headBytes = bytes.length < 4
    ? bytes.length
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (4 + headBytes > bytes.length) {
    return unusable(asked, "it is cut off");
  }
  let told: unknown;
  try {
    told = await parseJson(bytes.subarray(4, 4 + headBytes));
  } catch (error) {
    if (!(error instanceof UnusableJson)) throw error;
    return unusable(asked, error.message);
  }
  if (!isObject(told)) return unusable(asked, "it is not an object");
  const files = readFiles(told.files, bytes.subarray(4 + headBytes));
  if (!files) return unusable(asked, "its files are not as long as it says");
  const record = readRecord(told, files);
  if (told.error !== undefined) {
    return failed(errorOf(told, asked), record);
  }
  return told.value === undefined
    ? unusable(asked, "it has neither value nor error")
    : succeeded(told.value as JsonValue, record);
}

function errorOf(
  { error, isBudget }: Untrusted,
  { tool, timeoutMs }: AskedCall,
) {
  const read = readError(tool, error);
  // A caller knows the time that it gave, and not what was left of it there.
  return isBudget === true && read instanceof TimeoutExceeded
    ? new TimeoutExceeded(timeoutMs)
    : read;
}

function unusable({ tool }: AskedCall, why: string): CallResult<JsonValue> {
  return failed(
    new ExecutionFailed(
      `The service answered a call of ${
        quote(tool)
      } with what is no result: ${why}`,
    ),
    noRecord(),
  );
}

function readRecord(told: Untrusted, files: FilesByDirectory): RecordData {
  const usage: Untrusted = isObject(told.usage) ? told.usage : {};
  const { fuelConsumed } = usage;
  return {
    ...noRecord(),
    usage: {
      durationMs: number(usage.durationMs) ?? 0,
      waitedMs: number(usage.waitedMs) ?? 0,
      memoryBytes: number(usage.memoryBytes) ?? 0,
      peakMemoryBytes: number(usage.peakMemoryBytes) ?? 0,
      fuelConsumed: typeof fuelConsumed === "string" && FUEL.test(fuelConsumed)
        ? BigInt(fuelConsumed)
        : undefined,
      restoreMs: number(usage.restoreMs) ?? 0,
    },
    stdout: text(told.stdout, Infinity) ?? "",
    stderr: text(told.stderr, Infinity) ?? "",
    isOutputCut: told.isOutputCut === true,
    files,
    denied: readDenied(told.denied),
    hostCalls: readHostCalls(told.hostCalls),
    hostCallCount: whole(told.hostCallCount) ?? 0,
  };
}

function readDenied(told: unknown): DeniedRequest[] {
  return objects(told, MOST_DENIED).map(({ url, reason }) => ({
    url: text(url, MOST_NAME) ?? "",
    reason: text(reason, MOST_NAME) ?? "",
  }));
}

function readHostCalls(told: unknown): HostCall[] {
  return objects(told, MOST_HOST_CALLS).map((call) => {
    const error = text(call.error, MOST_NAME);
    return {
      name: text(call.name, MOST_NAME) ?? "",
      durationMs: number(call.durationMs) ?? 0,
      argumentBytes: number(call.argumentBytes) ?? 0,
      answerBytes: number(call.answerBytes) ?? 0,
      outcome: OUTCOMES.includes(call.outcome as string)
        ? call.outcome as HostCall["outcome"]
        : "failed",
      ...error === undefined ? {} : { error },
    };
  });
}

function objects(told: unknown, most: number): Untrusted[] {
  return Array.isArray(told) ? told.slice(0, most).filter(isObject) : [];
}

/** The files, cut from the bytes behind the JSON; undefined when they can't. */
function readFiles(
  told: unknown,
  bytes: Uint8Array,
): FilesByDirectory | undefined {
  const folders: [string, Record<string, Uint8Array>][] = [];
  let [at, count] = [0, 0];
  for (const folder of Array.isArray(told) ? told : []) {
    const [directory, inside] = Array.isArray(folder) ? folder : [];
    if (typeof directory !== "string" || !Array.isArray(inside)) return;
    const found: [string, Uint8Array][] = [];
    for (const file of inside) {
      const [path, length] = Array.isArray(file) ? file : [];
      const size = whole(length);
      if (typeof path !== "string" || size === undefined) return;
      if (++count > MOST_FILES || at + size > bytes.length) return;
      found.push([path, bytes.slice(at, at + size)]);
      at += size;
    }
    folders.push([directory, Object.fromEntries(found)]);
  }
  return at === bytes.length ? Object.fromEntries(folders) : undefined;
}
