/**
 * Parses JSON like `JSON.parse`, but within limits and without blocking the
 * event loop.
 */

import { hasAtMost } from "./json_structure.ts";
import { decodeUtf8, MAX_DEPTH, notJson, UnusableJson } from "./json_text.ts";

export { UnusableJson };

/** Parsed in one go if it has little structure: at most 2 ms. */
const AT_ONCE_BYTES = 512 * 1024;
/** Structure parsed in one go: the worst case found takes 4 ms. */
const AT_ONCE_STRUCTURE = 32 * 1024;
/** Maximum number of values in a text that is parsed in pieces. */
export const MAX_VALUES = 1_000_000;

/**
 * Parses JSON, synchronously if that is quick.
 *
 * @param maxValues The maximum number of values, if it is parsed in pieces.
 * @throws {UnusableJson} (or rejects) when it is not UTF-8, not JSON, nested
 * too deeply or, for a large text, has too many values.
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

/** Few answers are so long: their code is loaded on first use. */
async function parsePieces(
  bytes: Uint8Array,
  maxValues: number,
): Promise<unknown> {
  const { PiecewiseParser } = await import("./piecewise_json.ts");
  return await new PiecewiseParser(bytes, maxValues).parse();
}
