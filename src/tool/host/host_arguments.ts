/** The arguments that a guest gives a function of the host. */

import type { JsonValue } from "../../config/json_value.ts";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";

/** The arguments can't be used; the message is for the guest. */
export class UnusableArguments extends Error {
  override readonly name = "UnusableArguments";
}

/**
 * Reads them, at once where they are few; there is at most 1 MiB.
 *
 * @throws {UnusableArguments} also as a rejection, when they are not UTF-8, not
 * JSON, too deep, or have too many values.
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
