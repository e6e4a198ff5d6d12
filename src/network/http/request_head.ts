/** Parses the head of a request from untrusted bytes. */

import { invalid, limited } from "../policy/refusal.ts";
import { quote } from "../../quote.ts";

/** A guest's request, validated in form but not yet against the grants. */
export interface GuestRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

const METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);
const WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Headers that control message transfer, which guests may not set.
 *
 * @see https://fetch.spec.whatwg.org/#forbidden-request-header
 */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);
const RESERVED_PREFIX = /^(?:proxy|sec)-/;

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

const MAX_URL_LENGTH = 8192;
const MAX_HEADERS = 100;
const KEYS: ReadonlySet<string> = new Set(["method", "url", "headers"]);

/**
 * Reads `{"method": "GET", "url": "https://…", "headers": {"name": "value"}}`;
 * only `url` is needed.
 *
 * @throws {Refusal} when it is something else.
 */
export function parseRequest(
  head: Uint8Array,
  body: Uint8Array,
  headerBytes: number,
): GuestRequest {
  if (head.length > headerBytes) {
    throw limited(`Head has ${head.length} bytes, limit is ${headerBytes}`);
  }
  const fields = parseObject(head);
  for (const key of Object.keys(fields)) {
    if (!KEYS.has(key)) throw invalid(`Head has an unknown key ${quote(key)}`);
  }
  const method = parseMethod(fields["method"] ?? "GET");
  if (WITHOUT_BODY.has(method) && body.length > 0) {
    throw invalid(`${method} takes no body, got ${body.length} bytes`);
  }
  return {
    method,
    url: parseUrl(fields["url"]),
    headers: parseHeaders(fields["headers"] ?? {}),
    body,
  };
}

/** The URL in a possibly malformed head, truncated, for the record. */
export function shownUrl(head: Uint8Array): string {
  try {
    const { url } = parseObject(head);
    if (typeof url === "string") return cutUrl(url);
  } catch {
    // A malformed head has no URL.
  }
  return "";
}

/** A URL for a record, truncated if it is long. */
export function cutUrl(url: string): string {
  return url.length > 200 ? `${url.slice(0, 200)}…` : url;
}

function parseObject(head: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(head);
    value = JSON.parse(text);
  } catch {
    throw invalid("Head is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("Head is not a JSON object");
  }
  return value as Record<string, unknown>;
}

function parseMethod(method: unknown): string {
  if (typeof method !== "string" || !METHODS.has(method)) {
    throw invalid(
      `Method ${quote(String(method))} is not one of ${
        [...METHODS].join(", ")
      }`,
    );
  }
  return method;
}

function parseUrl(text: unknown): URL {
  if (typeof text !== "string") throw invalid("Head has no URL");
  if (text.length > MAX_URL_LENGTH) {
    throw invalid(
      `URL has ${text.length} characters, limit is ${MAX_URL_LENGTH}`,
    );
  }
  const url = URL.parse(text);
  if (!url) throw invalid(`URL ${quote(text)} is malformed`);
  url.hash = "";
  return url;
}

function parseHeaders(fields: unknown): (readonly [string, string])[] {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw invalid("Headers are not a JSON object");
  }
  const entries = Object.entries(fields);
  if (entries.length > MAX_HEADERS) {
    throw invalid(
      `There are ${entries.length} headers, limit is ${MAX_HEADERS}`,
    );
  }
  const headers = entries.map(([name, value]) => parseHeader(name, value));
  const names = new Set(headers.map(([name]) => name));
  if (names.size < headers.length) throw invalid("A header is given twice");
  return headers;
}

function parseHeader(
  spelled: string,
  value: unknown,
): readonly [string, string] {
  const name = spelled.toLowerCase();
  if (!TOKEN.test(name)) {
    throw invalid(`Header ${quote(spelled)} is not a valid name`);
  }
  if (RESERVED_HEADERS.has(name) || RESERVED_PREFIX.test(name)) {
    throw invalid(`Header ${quote(spelled)} can't be set`);
  }
  if (typeof value !== "string" || !HEADER_VALUE.test(value)) {
    throw invalid(
      `Header ${quote(spelled)} has a value that is not printable ASCII`,
    );
  }
  return [name, value.trim()];
}
