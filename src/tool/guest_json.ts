/** JSON as a guest answers it: bytes that may be anything. */

import { ExecutionFailed } from "../errors.ts";
import { parseJson, UnusableJson } from "../pieces/parse_json.ts";
import type { JsonValue } from "./tool.ts";

/**
 * Parses what `source` answered, in pieces when it is much.
 *
 * @throws {ExecutionFailed} when it is not UTF-8, not JSON, too deep or, above
 * 32 KiB, has too many values.
 */
export async function parseGuestJson(
  source: string,
  bytes: Uint8Array,
): Promise<JsonValue> {
  try {
    return await parseJson(bytes) as JsonValue;
  } catch (error) {
    if (!(error instanceof UnusableJson)) throw error;
    throw new ExecutionFailed(`${source} answered with ${error.message}`);
  }
}
