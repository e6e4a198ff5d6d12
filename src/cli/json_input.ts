/** Parses JSON from the user: errors are reported without a stack trace. */

import type { JsonValue } from "../../mod.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Parses text as JSON.
 *
 * @param where Where it comes from, for the message.
 * @throws {UsageError} when it is not JSON.
 */
export function parseJson(where: string, text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read ${where} as JSON: ${why}`);
  }
}

/**
 * Parses bytes as JSON.
 *
 * @param where Where they come from, for the message.
 * @throws {UsageError} when they are not UTF-8 or not JSON.
 */
export function parseJsonBytes(where: string, bytes: Uint8Array): JsonValue {
  return parseJson(where, decode(where, bytes));
}

function decode(where: string, bytes: Uint8Array): string {
  try {
    // A user's file may have a BOM from an editor, which JSON does not allow.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false })
      .decode(bytes);
  } catch {
    throw new UsageError(`Cannot read ${where}: it is not UTF-8`);
  }
}
