/**
 * Encodes errors for the channel: `structuredClone` and JSON both drop a class
 * and its fields, so errors are sent as plain records.
 */

import { ExecutionFailed, MemoryLimitExceeded } from "../errors.ts";

/** What a guest worker reports when the guest made a call fail. */
export type ErrorRecord =
  | { readonly kind: "ExecutionFailed"; readonly message: string }
  | { readonly kind: "MemoryLimitExceeded"; readonly message: string }
  | { readonly kind: "FuelExhausted" }
  | { readonly kind: "Stopped" };

/** Encodes a record. */
export function encodeErrorRecord(record: ErrorRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Decodes a record; undefined if the bytes are invalid. */
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

/** The error for a record that needs only its message and the limit. */
export function toGuestError(
  record: Extract<ErrorRecord, { message: string }>,
  memoryLimitBytes: number,
): ExecutionFailed | MemoryLimitExceeded {
  return record.kind === "MemoryLimitExceeded"
    ? new MemoryLimitExceeded(memoryLimitBytes, record.message)
    : new ExecutionFailed(record.message);
}
