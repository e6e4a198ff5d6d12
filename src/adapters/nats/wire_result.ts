/**
 * The encoding of a call's result. The value is separate JSON, so that it may
 * be as deep and as large as a local one.
 *
 * ```text
 * recordBytes u32 | record, JSON with valueBytes | value, JSON | files
 * ```
 */

import { ExecutionFailed, TimeoutExceeded } from "../../errors.ts";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";
import { noRecord } from "../../tool/call_record.ts";
import {
  type CallResult,
  failed,
  type FilesByDirectory,
  type RecordData,
  succeeded,
} from "../../tool/call_result.ts";
import { MAX_DENIED_FILES } from "../../channel/denied_file.ts";
import { MAX_DENIED } from "../../channel/http_layout.ts";
import { type Denied, deniedIn } from "../../tool/denied.ts";
import type { HostCall } from "../../tool/host/host_call.ts";
import type { JsonValue } from "../../tool/tool.ts";
import { oneLine, quote } from "../../quote.ts";
import { isObject, number, text, type Untrusted, whole } from "./untrusted.ts";
import { readError } from "./wire_error.ts";

/** What a caller knows about the call. */
export interface AskedCall {
  readonly tool: string;
  /** The timeout that the caller set. */
  readonly timeoutMs: number;
}

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
const HEAD_BYTES = 4;
const NOTHING = new Uint8Array();
const ENCODER = new TextEncoder();

/** What a service knows about the call. */
export interface RanCall {
  /** Milliseconds that it was queued at the service. */
  readonly waitedMs: number;
  /** Whether the caller's timeout passed, rather than the tool's own. */
  readonly isBudget: boolean;
}

const RAN_AS_IT_IS: RanCall = { waitedMs: 0, isBudget: false };

/** Encodes a result. Overlay changes are not included, and are lost. */
export function writeResult(
  result: CallResult<JsonValue>,
  { waitedMs, isBudget }: RanCall,
): Uint8Array {
  const value = result.ok ? valueBytes(result.value) : undefined;
  if (result.ok && !value) return writeResult(tooDeep(result), RAN_AS_IT_IS);
  const blobs: Uint8Array[] = [];
  const { stdout, stderr, isOutputCut, denied, hostCalls } = result;
  const used = result.usage.toJSON();
  const record = ENCODER.encode(JSON.stringify({
    ...result.ok
      ? { valueBytes: value!.length }
      : { error: result.error, isBudget },
    usage: { ...used, waitedMs: used.waitedMs + waitedMs },
    ...stdout === "" ? {} : { stdout },
    ...stderr === "" ? {} : { stderr },
    ...isOutputCut ? { isOutputCut } : {},
    ...result.removed.length === 0 ? {} : { removed: result.removed },
    ...denied.length === 0 ? {} : { denied },
    ...result.hostCallCount === 0
      ? {}
      : { hostCalls, hostCallCount: result.hostCallCount },
    ...filesOf(result.files, blobs),
  }));
  return joined([lengthBytes(record), record, value ?? NOTHING, ...blobs]);
}

function valueBytes(value: JsonValue): Uint8Array | undefined {
  try {
    return ENCODER.encode(JSON.stringify(value));
  } catch (error) {
    // Parsing has no depth limit, but serializing does.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function tooDeep(result: CallResult<JsonValue>): CallResult<JsonValue> {
  const why = "The answer is nested too deeply to be sent";
  return failed(new ExecutionFailed(why), { ...result, files: {} });
}

function lengthBytes({ length }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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

/** Decodes a result; invalid data is a failure of the call. */
export async function readResult(
  bytes: Uint8Array,
  asked: AskedCall,
): Promise<CallResult<JsonValue>> {
  try {
    const { value, told, files } = await readParts(bytes);
    const record = readRecord(told, files);
    return value === undefined
      ? failed(errorOf(told, asked), record)
      : succeeded(value, record);
  } catch (error) {
    if (error instanceof UnusableJson) return unusable(asked, error.message);
    if (error instanceof NoResult) return unusable(asked, error.message);
    throw error;
  }
}

/** The bytes are not a valid result. */
class NoResult extends Error {}

async function readParts(bytes: Uint8Array): Promise<{
  readonly told: Untrusted;
  readonly value: JsonValue | undefined;
  readonly files: FilesByDirectory;
}> {
  if (bytes.length < HEAD_BYTES) throw new NoResult("it is cut off");
  const recordBytes = new DataView(bytes.buffer, bytes.byteOffset)
    .getUint32(0, true);
  const rest = bytes.subarray(HEAD_BYTES);
  if (recordBytes > rest.length) throw new NoResult("it is cut off");
  const told = await parseJson(rest.subarray(0, recordBytes));
  if (!isObject(told)) throw new NoResult("it is not an object");
  const behind = rest.subarray(recordBytes);
  const length = told.error === undefined ? whole(told.valueBytes) : 0;
  if (length === undefined) throw new NoResult("it has no value and no error");
  if (length > behind.length) throw new NoResult("it is cut off");
  const value = told.error === undefined
    ? await parseJson(behind.subarray(0, length)) as JsonValue
    : undefined;
  const files = readFiles(told.files, behind.subarray(length));
  if (files) return { told, value, files };
  throw new NoResult("its files are not as long as it says");
}

function errorOf(
  { error, isBudget }: Untrusted,
  { tool, timeoutMs }: AskedCall,
) {
  const read = readError(tool, error);
  // The error should name the caller's timeout, not what was left of it at the
  // service.
  return isBudget === true && read instanceof TimeoutExceeded
    ? new TimeoutExceeded(timeoutMs)
    : read;
}

function unusable({ tool }: AskedCall, why: string): CallResult<JsonValue> {
  return failed(
    new ExecutionFailed(
      `The service answered a call of ${quote(tool)} with an invalid result: ${
        oneLine(why, MOST_NAME)
      }`,
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
    removed: list(told.removed).slice(0, MOST_FILES)
      .flatMap((path) => text(path, MOST_NAME) ?? []),
    denied: readDenied(told.denied),
    hostCalls: readHostCalls(told.hostCalls),
    hostCallCount: whole(told.hostCallCount) ?? 0,
  };
}

function readDenied(told: unknown): Denied[] {
  const all = objects(told, MAX_DENIED + MAX_DENIED_FILES);
  const requests = all.filter(({ path }) => path === undefined)
    .slice(0, MAX_DENIED)
    .map(({ url, reason }) => ({
      url: text(url, MOST_NAME) ?? "",
      reason: text(reason, MOST_NAME) ?? "",
    }));
  return [
    ...requests,
    ...deniedIn(all.filter(({ path }) => path !== undefined)),
  ];
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
  return list(told).slice(0, most).filter(isObject);
}

function list(told: unknown): readonly unknown[] {
  return Array.isArray(told) ? told : [];
}

/** Extracts the files that follow the JSON; undefined if they are invalid. */
function readFiles(
  told: unknown,
  bytes: Uint8Array,
): FilesByDirectory | undefined {
  const folders: [string, Record<string, Uint8Array>][] = [];
  let [at, count] = [0, 0];
  for (const folder of list(told)) {
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
