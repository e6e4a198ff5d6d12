/** Reads the arguments of a call from the command line or standard input. */

import type { JsonValue } from "../../mod.ts";
import { parseJson, parseJsonBytes } from "./json_input.ts";
import type { VerbInput } from "./verbs/verb_input.ts";

const STANDARD_INPUT = "-";

/**
 * The arguments of a call.
 *
 * @throws {UsageError} when they are not JSON.
 */
export async function readArguments(
  { operands: [, text = ""], terminal }: VerbInput,
): Promise<JsonValue> {
  return text === STANDARD_INPUT
    ? parseJsonBytes("standard input", await terminal.readInput())
    : parseJson("the arguments", text);
}
