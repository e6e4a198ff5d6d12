/** Text files of a session: encodings and ranges of lines. */

import { quote } from "../../../quote.ts";

/** Which lines of a text are wanted: counted from 1, both included. */
export interface LineRange {
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
}

/**
 * Makes a decoder; what is not of the encoding becomes U+FFFD.
 *
 * @throws {RangeError} for an encoding that there is not.
 */
export function textDecoder(encoding = "utf-8"): TextDecoder {
  return new TextDecoder(encoding, { ignoreBOM: true });
}

/**
 * Encodes a text as UTF-8 or UTF-16, little-endian.
 *
 * @throws {RangeError} for another encoding.
 * @throws {TypeError} when it is no text.
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
        }, there are utf-8 and utf-16le`,
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
 * The lines of a range, as the AI SDK cuts them: lines end as the first kind of
 * `\r\n`, `\n` and `\r` that the text has, and the last one loses its end.
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

/** Where the line is that comes so many after the one that begins at `from`. */
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
