/** The head of a response, from bytes that a server chose. */

import type { Connection } from "./connection.ts";
import { broken, limited } from "../policy/refusal.ts";
import { quote } from "../../quote.ts";

/** Status and headers. */
export interface ResponseHead {
  readonly status: number;
  /** By name in lower case; several of a name are joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether the server would answer more on the same connection. */
  readonly staysOpen: boolean;
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-4 */
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: [^\0\r\n]*)?$/;
/** @see https://www.rfc-editor.org/rfc/rfc9112#section-5 */
const HEADER_LINE =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\uffff]*)$/;

const CR = 13;
const LF = 10;
/** Says nothing yet, but that there is more to come. */
const INTERIM = /^1(?!01)/;

/**
 * Reads the head of the answer, over any that are only interim.
 *
 * @throws {Refusal} when it is malformed, too large, or breaks off.
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
    if (!INTERIM.test(String(head.status))) return head;
  }
}

async function readHeadBytes(
  connection: Connection,
  left: number,
  headerBytes: number,
): Promise<Uint8Array> {
  let searched = 0;
  for (;;) {
    const { received } = connection;
    const end = endOfHead(received, searched);
    if ((end ?? received.length) > left) {
      throw limited(`Response head exceeds the limit of ${headerBytes} bytes`);
    }
    if (end !== undefined) {
      const bytes = received.slice(0, end);
      connection.consume(end);
      return bytes;
    }
    searched = Math.max(0, received.length - 3);
    if (!await connection.fill()) {
      throw broken("Server closed the connection before its answer");
    }
  }
}

/** Behind the empty line. */
function endOfHead(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at + 3 < bytes.length; at++) {
    at = bytes.indexOf(CR, at);
    if (at < 0) return undefined;
    if (
      bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF
    ) return at + 4;
  }
  return undefined;
}

/** @throws {Refusal} when it is malformed. */
function parseHead(bytes: Uint8Array): ResponseHead {
  // Header values are said to be ASCII; those that are not mean UTF-8.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const [first = "", ...lines] = text.slice(0, -4).split("\r\n");
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (status === undefined) {
    throw broken(`Server answered with ${quote(first)}, not with HTTP/1.1`);
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, spelled, value = ""] = HEADER_LINE.exec(line) ?? [];
    if (spelled === undefined) {
      throw broken(`Server answered with the malformed header ${quote(line)}`);
    }
    const name = spelled.toLowerCase();
    const before = headers.get(name);
    const trimmed = value.trim();
    headers.set(name, before === undefined ? trimmed : `${before}, ${trimmed}`);
  }
  const options = (headers.get("connection") ?? "").toLowerCase();
  const staysOpen = minor === "1" && !/\bclose\b/.test(options);
  return { status: Number(status), headers, staysOpen };
}
