/**
 * Errors as they cross the channel: `structuredClone` and JSON both drop a
 * class and its fields, so they travel as plain records.
 */

import { ExecutionFailed, MemoryLimitExceeded } from "../errors.ts";

/** What a guest worker reports when a call failed by the guest's own doing. */
export type ErrorRecord =
  | { readonly kind: "ExecutionFailed"; readonly message: string }
  | { readonly kind: "MemoryLimitExceeded"; readonly message: string }
  | { readonly kind: "FuelExhausted" }
  | { readonly kind: "Stopped" };

/** Turns a record into bytes. */
export function encodeErrorRecord(record: ErrorRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Reads a record; undefined when the bytes are not one. */
export function decodeErrorRecord(bytes: Uint8Array): ErrorRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    );
  } catch {
    return undefined;
  }
  return isErrorRecord(value) ? value : undefined;
}

function isErrorRecord(value: unknown): value is ErrorRecord {
  const record = value as { kind?: unknown; message?: unknown } | null;
  switch (record?.kind) {
    case "FuelExhausted":
    case "Stopped":
      return true;
    case "ExecutionFailed":
    case "MemoryLimitExceeded":
      return typeof record.message === "string";
    default:
      return false;
  }
}

/** The error of a record that needs nothing but its message and the limit. */
export function toGuestError(
  record: Extract<ErrorRecord, { message: string }>,
  memoryLimitBytes: number,
): ExecutionFailed | MemoryLimitExceeded {
  return record.kind === "MemoryLimitExceeded"
    ? new MemoryLimitExceeded(memoryLimitBytes, record.message)
    : new ExecutionFailed(record.message);
}
