/** JSON as a guest answers it: bytes that may be anything. */

import { ExecutionFailed } from "../errors.ts";
import type { JsonValue } from "./tool.ts";

/** Deeper answers overflow the stack of code that walks them recursively. */
const MAX_DEPTH = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const REPLACEMENT = "\ufffd";

const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses what `source` answered.
 *
 * @throws {ExecutionFailed} when it is not UTF-8, not JSON or too deep.
 */
export function parseGuestJson(source: string, bytes: Uint8Array): JsonValue {
  const text = decodeText(source, bytes);
  if (isTooDeep(text)) {
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

/**
 * Checking while decoding takes several times as long, and is needed only where
 * there is a sign that a byte was replaced.
 */
function decodeText(source: string, bytes: Uint8Array): string {
  const text = LENIENT.decode(bytes);
  if (!text.includes(REPLACEMENT)) return text;
  try {
    return STRICT.decode(bytes);
  } catch {
    throw new ExecutionFailed(
      `${source} answered with bytes that are not UTF-8`,
    );
  }
}

/** Counts brackets outside strings, before anything is built from them. */
function isTooDeep(text: string): boolean {
  if (text.length <= MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    // "[" and "{", "]" and "}" differ in one bit.
    else if ((code | 0x20) === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if ((code | 0x20) === 0x7d) depth--;
  }
  return false;
}

/** The index of the quote that ends the string, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
