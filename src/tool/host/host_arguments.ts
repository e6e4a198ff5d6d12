/** The arguments that a guest gives a function of the host. */

import type { JsonValue } from "../../config/json_value.ts";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";

/** The arguments can't be used; the message is for the guest. */
export class InvalidArguments extends Error {
  override readonly name = "InvalidArguments";
}

/**
 * Reads them, long ones in pieces; there is at most 1 MiB.
 *
 * @throws {InvalidArguments} when they are not UTF-8, not JSON or too deep.
 */
export function parseHostArguments(
  bytes: Uint8Array,
): JsonValue | Promise<JsonValue> {
  try {
    const parsed = parseJson(bytes);
    return parsed instanceof Promise
      ? parsed.then((value) => value as JsonValue, refuse)
      : parsed as JsonValue;
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  if (!(error instanceof UnusableJson)) throw error;
  throw new InvalidArguments(`Guest called with ${error.message}`);
}
