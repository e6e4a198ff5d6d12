/** Parses the head of a response from untrusted bytes. */

import type { Connection } from "./connection.ts";
import { broken, limited } from "../policy/refusal.ts";

/** Status and headers. */
export interface ResponseHead {
  readonly status: number;
  /** Its length in bytes, including interim responses. */
  readonly bytes: number;
  /**
   * By name in lower case; repeated headers are joined by ", ". Each character
   * is one byte, as with `fetch`.
   */
  readonly headers: ReadonlyMap<string, string>;
  /** Every `location` header, decoded as UTF-8. */
  readonly locations: readonly string[];
  /** Whether it is HTTP/1.1 rather than 1.0. */
  readonly isCurrent: boolean;
  /** Whether the server keeps the connection open. */
  readonly staysOpen: boolean;
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-4 */
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: [^\0\r\n]*)?$/;
/** @see https://www.rfc-editor.org/rfc/rfc9112#section-5 */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/;

const CR = 13;
const LF = 10;

/**
 * Parses a line of a head or of trailers: a name in lower case, and a value.
 */
export function parseHeaderLine(
  line: string,
): readonly [name: string, value: string] | undefined {
  const [, name, value = ""] = HEADER_LINE.exec(line) ?? [];
  return name === undefined ? undefined : [name.toLowerCase(), value.trim()];
}

/**
 * Reads the head of the final response, skipping interim ones.
 *
 * @throws {Refusal} when it is malformed, too large, or truncated.
 */
export async function readHead(
  connection: Connection,
  headerBytes: number,
): Promise<ResponseHead> {
  let left = headerBytes;
  for (;;) {
    const bytes = await readHeadBytes(connection, left, headerBytes);
    left -= bytes.length;
    const head = parseHead(bytes);
    if (head.status === 101) throw broken("Server switched protocols");
    if (head.status >= 200) return { ...head, bytes: headerBytes - left };
  }
}

async function readHeadBytes(
  connection: Connection,
  left: number,
  headerBytes: number,
): Promise<Uint8Array> {
  const end = new HeadEnd();
  for (;;) {
    const { received } = connection;
    const length = end.find(received);
    if ((length ?? received.length) > left) {
      throw limited(`Response head exceeds the limit of ${headerBytes} bytes`);
    }
    if (length !== undefined) {
      const bytes = received.slice(0, length);
      connection.consume(length);
      return bytes;
    }
    if (!await connection.fill()) {
      throw broken("Server closed the connection before its answer");
    }
  }
}

/**
 * Finds the end of a head: an empty line after a non-empty one. Lines end with
 * LF, optionally preceded by CR.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-2.2
 */
class HeadEnd {
  #searched = 0;
  #lineStart = 0;
  #hasBegun = false;

  /** The length of the head; each byte is examined once. */
  find(received: Uint8Array): number | undefined {
    for (;;) {
      const end = received.indexOf(LF, this.#searched);
      if (end < 0) {
        this.#searched = received.length;
        return undefined;
      }
      const length = end - this.#lineStart;
      const isEmpty = length === 0 ||
        (length === 1 && received[this.#lineStart] === CR);
      this.#searched = this.#lineStart = end + 1;
      if (!isEmpty) this.#hasBegun = true;
      else if (this.#hasBegun) return end + 1;
    }
  }
}

/** @throws {Refusal} when it is malformed. */
function parseHead(bytes: Uint8Array): Omit<ResponseHead, "bytes"> {
  const [first = "", ...lines] = linesOf(bytes);
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (status === undefined) {
    throw broken("Server did not answer with HTTP/1.1");
  }
  const headers = new Map<string, string>();
  const locations: string[] = [];
  for (const line of lines) {
    const header = parseHeaderLine(line);
    if (!header) throw broken("Server answered with a malformed header");
    const [name, value] = header;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
    if (name === "location") locations.push(asUtf8(value));
  }
  const options = headers.get("connection")?.toLowerCase() ?? "";
  const isCurrent = minor === "1";
  return {
    status: Number(status),
    headers,
    locations,
    isCurrent,
    staysOpen: isCurrent && !/\bclose\b/.test(options),
  };
}

/**
 * The lines of a head, one character per byte, without surrounding empty lines.
 */
function linesOf(bytes: Uint8Array): string[] {
  const text = byteString(bytes);
  const lines: string[] = [];
  for (let start = 0, end; start < text.length; start = end + 1) {
    end = text.indexOf("\n", start);
    const hasCr = text.charCodeAt(end - 1) === CR;
    const line = text.slice(start, hasCr ? end - 1 : end);
    if (line !== "") lines.push(line);
  }
  return lines;
}

function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

function asUtf8(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
  );
}
