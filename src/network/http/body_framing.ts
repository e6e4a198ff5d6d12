/**
 * Determines where a response body ends: by length, by chunks, or at the end of
 * the connection.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */

import type { Connection } from "./connection.ts";
import { broken } from "../policy/refusal.ts";
import { parseHeaderLine, type ResponseHead } from "./response_head.ts";

/** The framing of a body on a connection. */
export interface BodyFraming {
  /** Whether the body is complete. */
  readonly isEnd: boolean;
  /** Whether the connection can be reused after the end of the body. */
  readonly endsClean: boolean;
  /**
   * Consumes received body bytes from the connection; empty if there are none.
   *
   * @throws {Refusal} when it is malformed.
   */
  take(): Uint8Array;
  /**
   * Called when the peer has closed the connection.
   *
   * @throws {Refusal} when the body is incomplete.
   */
  closed(): void;
}

const NOTHING = new Uint8Array();
/** @see https://fetch.spec.whatwg.org/#null-body-status */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
const LENGTH = /^[0-9]{1,15}$/;
/** A line of a chunked body: a size with extensions, or a trailer. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 64;
const CHUNK_SIZE = /^([0-9a-f]{1,12})[\t ]*(?:;[^\0\r\n]*)?$/i;
const CR = 13;
const LF = 10;

/**
 * Determines how a body is framed.
 *
 * @throws {Refusal} when the head is ambiguous.
 */
export function framingOf(
  method: string,
  { status, headers, isCurrent }: ResponseHead,
  connection: Connection,
): BodyFraming {
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  if (method === "HEAD" || WITHOUT_BODY.has(status)) {
    // An unexpected body must not be read as the start of the next response.
    const isPlain = method === "HEAD" || status === 304 ||
      (coding === undefined && (length ?? "0") === "0");
    return new LengthFraming(connection, 0, isPlain);
  }
  if (coding !== undefined) {
    // An ambiguous length would allow response smuggling.
    if (length !== undefined) {
      throw broken("Server answered with both a transfer coding and a length");
    }
    if (coding.toLowerCase() !== "chunked" || !isCurrent) {
      throw broken(
        "Server answered with a transfer coding other than chunked",
      );
    }
    return new ChunkedFraming(connection);
  }
  if (length === undefined) return new ClosingFraming(connection);
  return new LengthFraming(connection, parseLength(length));
}

/** The same length may be repeated. */
function parseLength(text: string): number {
  const [first = "", ...others] = text.split(",").map((part) => part.trim());
  if (!LENGTH.test(first) || others.some((other) => other !== first)) {
    throw broken("Server answered with an invalid length");
  }
  return Number(first);
}

/** A body of a known length. */
class LengthFraming implements BodyFraming {
  readonly endsClean: boolean;
  readonly #connection: Connection;
  #left: number;

  constructor(connection: Connection, length: number, endsClean = true) {
    this.#connection = connection;
    this.#left = length;
    this.endsClean = endsClean;
  }

  get isEnd(): boolean {
    return this.#left === 0;
  }

  take(): Uint8Array {
    const piece = this.#connection.received.subarray(0, this.#left);
    this.#connection.consume(piece.length);
    this.#left -= piece.length;
    return piece;
  }

  closed(): void {
    throw broken("Response ended before its length");
  }
}

/** A body that ends when the connection closes. */
class ClosingFraming implements BodyFraming {
  readonly endsClean = false;
  readonly #connection: Connection;
  isEnd = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  take(): Uint8Array {
    const piece = this.#connection.received;
    this.#connection.consume(piece.length);
    return piece;
  }

  closed(): void {
    this.isEnd = true;
  }
}

/**
 * A chunked body.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1
 */
class ChunkedFraming implements BodyFraming {
  readonly endsClean = true;
  readonly #connection: Connection;
  #state: "size" | "data" | "data end" | "trailers" | "end" = "size";
  #left = 0;
  #trailers = 0;
  /** Bytes at the front already searched for a line end. */
  #searched = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isEnd(): boolean {
    return this.#state === "end";
  }

  take(): Uint8Array {
    while (this.#state !== "end") {
      if (this.#state === "data") return this.#takeData();
      const line = this.#takeLine();
      if (line === undefined) return NOTHING;
      this.#step(line);
    }
    return NOTHING;
  }

  closed(): void {
    throw broken("Response ended before its last chunk");
  }

  #step(line: string): void {
    if (this.#state === "size") {
      const [, size] = CHUNK_SIZE.exec(line) ?? [];
      if (size === undefined) throw broken("Response has a malformed chunk");
      this.#left = parseInt(size, 16);
      this.#state = this.#left === 0 ? "trailers" : "data";
    } else if (this.#state === "data end") {
      if (line !== "") throw broken("Response has a malformed chunk");
      this.#state = "size";
    } else if (line === "") {
      this.#state = "end";
    } else if (++this.#trailers > MAX_TRAILERS) {
      throw broken(`Response has more than ${MAX_TRAILERS} trailers`);
    } else if (!parseHeaderLine(line)) {
      throw broken("Response has a malformed trailer");
    }
  }

  #takeData(): Uint8Array {
    const piece = this.#connection.received.subarray(0, this.#left);
    this.#connection.consume(piece.length);
    this.#left -= piece.length;
    if (this.#left === 0) this.#state = "data end";
    return piece;
  }

  /** A line without its terminator; undefined if it is incomplete. */
  #takeLine(): string | undefined {
    const { received } = this.#connection;
    const end = received.indexOf(LF, this.#searched);
    this.#searched = end < 0 ? received.length : 0;
    if ((end < 0 ? received.length : end) > MAX_LINE_BYTES) {
      throw broken(`Response has a line of over ${MAX_LINE_BYTES} bytes`);
    }
    if (end < 0) return undefined;
    if (received[end - 1] !== CR) throw broken("Response has a malformed line");
    const line = String.fromCharCode(...received.subarray(0, end - 1));
    this.#connection.consume(end + 1);
    return line;
  }
}
