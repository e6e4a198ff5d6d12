/**
 * JSON from bytes that may be many: what `JSON.parse` makes of them, within
 * limits, and without holding up the event loop.
 */

import { hasAtMost } from "./json_structure.ts";
import { decodeUtf8, MAX_DEPTH, notJson, UnusableJson } from "./json_text.ts";

export { UnusableJson };

/** Parsed at once, if it has little structure: it takes 2 ms at most. */
const AT_ONCE_BYTES = 512 * 1024;
/** Structure that is parsed at once: the worst that was found takes 4 ms. */
const AT_ONCE_STRUCTURE = 32 * 1024;
/** Values of a text that is parsed in pieces. */
export const MAX_VALUES = 1_000_000;

/**
 * Parses JSON, at once where that is quick.
 *
 * @param maxValues How many values it may hold, where it is parsed in pieces.
 * @throws {UnusableJson} also as a rejection, when it is not UTF-8, not JSON, or
 * too deep, or in a large text, when it holds too many values.
 */
export function parseJson(
  bytes: Uint8Array,
  maxValues: number = MAX_VALUES,
): unknown {
  if (bytes.length > AT_ONCE_BYTES) return parsePieces(bytes, maxValues);
  const text = decodeUtf8(bytes);
  const isQuick = text.length <= MAX_DEPTH ||
    hasAtMost(AT_ONCE_STRUCTURE, text);
  if (!isQuick) return parsePieces(bytes, maxValues);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(bytes, error);
  }
}

/** Few answers are so long: the code for them is loaded with the first. */
async function parsePieces(
  bytes: Uint8Array,
  maxValues: number,
): Promise<unknown> {
  const { PiecewiseParser } = await import("./piecewise_json.ts");
  return await new PiecewiseParser(bytes, maxValues).parse();
}
