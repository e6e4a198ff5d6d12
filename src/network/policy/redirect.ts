/**
 * How a request changes at a redirect.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */

import { broken, denied } from "./refusal.ts";
import type { ResponseHead } from "../http/response_head.ts";
import type { FilledRequest, SecretBook } from "../secrets/secret_book.ts";

/** The maximum number of redirects that a request follows. */
export const MAX_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Headers that describe a body. */
const OF_BODY: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
]);
/** Headers that are sent to one origin only. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie"]);

/**
 * The request that a response redirects to; undefined if it is not a redirect.
 *
 * @throws {Refusal} when it would send a secret to another origin.
 */
export function redirected(
  request: FilledRequest,
  { status, locations }: ResponseHead,
  secrets: SecretBook,
): FilledRequest | undefined {
  const [location, ...others] = locations;
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  if (others.some((other) => other !== location)) {
    throw broken("Server redirected to several URLs at once");
  }
  const url = URL.parse(location, request.url);
  if (!url) throw broken("Server redirected to a malformed URL");
  url.hash = "";
  const next = changesToGet(request.method, status) ? asGet(request) : request;
  if (url.origin === request.url.origin) return { ...next, url };
  if (next.hasSecretBody || secrets.isIn(url.href)) {
    throw denied("Redirect to another origin would send a secret there");
  }
  return {
    ...next,
    url,
    headers: next.headers.filter(([name]) =>
      !CREDENTIALS.has(name) && !next.secretHeaders.has(name)
    ),
    secretHeaders: new Set(),
  };
}

function changesToGet(method: string, status: number): boolean {
  return status === 303
    ? method !== "GET" && method !== "HEAD"
    : (status === 301 || status === 302) && method === "POST";
}

function asGet(request: FilledRequest): FilledRequest {
  return {
    ...request,
    method: "GET",
    headers: request.headers.filter(([name]) => !OF_BODY.has(name)),
    body: new Uint8Array(),
    hasSecretBody: false,
    bodyWeight: 0,
  };
}
