/** Text files of a session: encodings and ranges of lines. */

import { quote } from "../../../quote.ts";

/** A range of lines: counted from 1, inclusive. */
export interface LineRange {
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
}

/**
 * Creates a decoder; invalid bytes become U+FFFD.
 *
 * @throws {RangeError} for an unknown encoding.
 */
export function textDecoder(encoding = "utf-8"): TextDecoder {
  return new TextDecoder(encoding, { ignoreBOM: true });
}

/**
 * Encodes a text as UTF-8 or UTF-16LE.
 *
 * @throws {RangeError} for another encoding.
 * @throws {TypeError} when it is not a string.
 */
export function encodedText(text: string, encoding = "utf-8"): Uint8Array {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot write text: expected text, got ${quote(text)}`);
  }
  switch (encoding.toLowerCase()) {
    case "utf-8":
    case "utf8":
      return new TextEncoder().encode(text);
    case "utf-16le":
    case "utf16le":
      return utf16(text);
    default:
      throw new RangeError(
        `Cannot write text: encoding is ${
          quote(encoding)
        }, supported are utf-8 and utf-16le`,
      );
  }
}

function utf16(text: string): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) {
    bytes.setUint16(at * 2, text.charCodeAt(at), true);
  }
  return new Uint8Array(bytes.buffer);
}

/**
 * The lines of a range, as the AI SDK splits them: the line terminator is the
 * first of `\r\n`, `\n` and `\r` that the text contains, and the last line
 * loses its terminator.
 */
export function linesOf(
  text: string,
  { startLine, endLine }: LineRange,
): string {
  if (startLine === undefined && endLine === undefined) return text;
  const ending = ["\r\n", "\n", "\r"].find((one) => text.includes(one)) ?? "\n";
  const start = Math.max(1, startLine ?? 1);
  const from = startOf(text, ending, 0, start - 1);
  if (from === undefined) return "";
  if (endLine === undefined) return text.slice(from);
  if (endLine < start) return "";
  const after = startOf(text, ending, from, endLine - start + 1);
  return text.slice(
    from,
    after === undefined ? undefined : after - ending.length,
  );
}

/** The start of the line that is `count` lines after the one at `from`. */
function startOf(
  text: string,
  ending: string,
  from: number,
  lines: number,
): number | undefined {
  let at = from;
  for (let left = lines; left > 0; left--) {
    const end = text.indexOf(ending, at);
    if (end < 0) return undefined;
    at = end + ending.length;
  }
  return at;
}
