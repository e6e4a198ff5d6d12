/** Parses the arguments that a guest passes to a host function. */

import type { JsonValue } from "../../config/json_value.ts";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";

/** The arguments are invalid; the message is for the guest. */
export class UnusableArguments extends Error {
  override readonly name = "UnusableArguments";
}

/**
 * Parses arguments of up to 1 MiB, synchronously if they are small.
 *
 * @throws {UnusableArguments} (or rejects) when they are not UTF-8, not JSON,
 * nested too deeply, or have too many values.
 */
export function parseHostArguments(
  bytes: Uint8Array,
): JsonValue | Promise<JsonValue> {
  try {
    const value = parseJson(bytes);
    return value instanceof Promise
      ? value.catch(unusable)
      : value as JsonValue;
  } catch (error) {
    return unusable(error);
  }
}

function unusable(error: unknown): never {
  if (!(error instanceof UnusableJson)) throw error;
  throw new UnusableArguments(`Guest called with ${error.message}`);
}
