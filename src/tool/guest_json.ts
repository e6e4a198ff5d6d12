/** Parses JSON from a guest: bytes that may be anything. */

import { ExecutionFailed } from "../errors.ts";
import { parseJson, UnusableJson } from "../pieces/parse_json.ts";
import { oneLine } from "../quote.ts";
import type { JsonValue } from "./tool.ts";

/** What the engine says of bad JSON has some of it in it. */
const MOST_OF_REASON = 300;

/**
 * Parses the answer of `source`, incrementally if it is large.
 *
 * @throws {ExecutionFailed} (or rejects) when it is not UTF-8, not JSON, nested
 * too deeply or, above 32 KiB, has too many values.
 */
export function parseGuestJson(
  source: string,
  bytes: Uint8Array,
): JsonValue | Promise<JsonValue> {
  try {
    const value = parseJson(bytes);
    return value instanceof Promise
      ? value.catch((error) => {
        throw unusable(source, error);
      })
      : value as JsonValue;
  } catch (error) {
    throw unusable(source, error);
  }
}

function unusable(source: string, error: unknown): unknown {
  return error instanceof UnusableJson
    ? new ExecutionFailed(
      `${source} answered with ${oneLine(error.message, MOST_OF_REASON)}`,
    )
    : error;
}
