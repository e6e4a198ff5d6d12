/** JSON as a guest answers it: bytes that may be anything. */

import { ExecutionFailed } from "../errors.ts";
import type { JsonValue } from "./tool.ts";

/** Deeper answers overflow the stack of code that walks them recursively. */
const MAX_DEPTH = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses what `source` answered.
 *
 * @throws {ExecutionFailed} when it is not UTF-8, not JSON or too deep.
 */
export function parseGuestJson(source: string, bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    throw new ExecutionFailed(
      `${source} answered with bytes that are not UTF-8`,
    );
  }
  if (isTooDeep(bytes)) {
    throw new ExecutionFailed(
      `${source} answered with JSON nested deeper than ${MAX_DEPTH} levels`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExecutionFailed(
      `${source} answered with ${bytes.length} bytes that are not JSON: ${why}`,
    );
  }
}

/** Counts brackets outside strings, before anything is built from them. */
function isTooDeep(bytes: Uint8Array): boolean {
  if (bytes.length <= MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfString(bytes, at);
    // "[" and "{", "]" and "}" differ in one bit.
    else if ((byte | 0x20) === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if ((byte | 0x20) === 0x7d) depth--;
  }
  return false;
}

/** The index of the quote that ends the string, or the end of the bytes. */
function endOfString(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end > 0 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
  return end < 0 ? bytes.length : end;
}

function isEscaped(bytes: Uint8Array, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
