/**
 * The secrets of a sandbox: put where guests wrote their names, and taken out
 * of what comes back. Only the fetching worker has one.
 */

import type { GrantedSecret } from "../../channel/network_messages.ts";
import { isLoopback } from "../policy/address_policy.ts";
import { ByteReplacer, type ReplacingStream } from "./byte_replacer.ts";
import { type Destination, findGrant } from "../policy/host_policy.ts";
import type { GuestRequest } from "../http/request_head.ts";
import { denied } from "../policy/refusal.ts";
import { spellings } from "./secret_spellings.ts";

/** A request whose placeholders were filled, and where they were. */
export interface FilledRequest extends GuestRequest {
  /** Names of the headers that hold secrets. */
  readonly secretHeaders: ReadonlySet<string>;
  readonly hasSecretBody: boolean;
}

/** A placeholder, also as a URL's query may spell it. */
const PLACEHOLDER = /(?:\{\{|%7B%7B)([A-Za-z_][A-Za-z0-9_]*)(?:\}\}|%7D%7D)/gi;

/** Fills and masks. */
export class SecretBook {
  readonly #secrets: ReadonlyMap<string, GrantedSecret>;
  readonly #filler: ByteReplacer;
  readonly #masker: ByteReplacer;

  constructor(secrets: readonly GrantedSecret[]) {
    this.#secrets = new Map(secrets.map((one) => [one.name, one]));
    this.#filler = new ByteReplacer(
      secrets.map(({ name, value }) => replacement(`{{${name}}}`, value)),
    );
    this.#masker = new ByteReplacer(
      secrets
        .flatMap(({ name, value }) =>
          spellings(value).map((text) => replacement(text, `{{${name}}}`))
        )
        .toSorted((a, b) => b.from.length - a.from.length),
    );
  }

  /** How many there are. */
  get size(): number {
    return this.#secrets.size;
  }

  /**
   * Fills the placeholders of a request that goes to a destination.
   *
   * @throws {Refusal} when a secret must not go there, or not in that place.
   */
  fill(request: GuestRequest, destination: Destination): FilledRequest {
    if (this.#secrets.size === 0) return unfilled(request);
    this.#checkPlaces(request);
    const { url } = request;
    const search = this.#fillText(url.search, destination, encodeURIComponent);
    const secretHeaders = new Set<string>();
    const headers = request.headers.map(([name, value]) => {
      const filled = this.#fillText(value, destination, (text) => text);
      if (filled !== value) secretHeaders.add(name);
      return [name, filled] as const;
    });
    const body = this.#fillBody(request.body, destination);
    const filledUrl = new URL(url);
    if (search !== url.search) filledUrl.search = search;
    return {
      ...request,
      url: filledUrl,
      headers,
      body,
      secretHeaders,
      hasSecretBody: body !== request.body,
    };
  }

  /** A text without any secret. */
  mask(text: string): string {
    if (this.#secrets.size === 0) return text;
    const bytes = new TextEncoder().encode(text);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      this.#masker.replace(bytes),
    );
  }

  /**
   * A URL that a server chose, without any secret. Any character of a URL may
   * be escaped or not: where only unescaping shows a secret, the origin is all
   * that is left.
   */
  maskUrl(url: URL): string {
    const masked = this.mask(url.href);
    return this.#isIn(unescape(masked)) ? `${url.origin}/…` : masked;
  }

  /** Whether a URL holds a secret, in any form. */
  isInUrl({ href }: URL): boolean {
    return this.#isIn(href) || this.#isIn(unescape(href));
  }

  #isIn(text: string): boolean {
    return this.#masker.isIn(new TextEncoder().encode(text));
  }

  /** Masks a stream; undefined when there is nothing to mask. */
  maskingStream(): ReplacingStream | undefined {
    return this.#secrets.size === 0 ? undefined : this.#masker.stream();
  }

  #fillText(
    text: string,
    destination: Destination,
    encode: (value: string) => string,
  ): string {
    return text.replace(PLACEHOLDER, (whole, name: string) => {
      const secret = this.#secrets.get(name);
      if (!secret) return whole;
      checkDestination(secret, destination);
      return encode(secret.value);
    });
  }

  #fillBody(body: Uint8Array, destination: Destination): Uint8Array {
    if (!this.#filler.isIn(body)) return body;
    for (const [name, secret] of this.#secrets) {
      const one = new ByteReplacer([replacement(`{{${name}}}`, "")]);
      if (one.isIn(body)) checkDestination(secret, destination);
    }
    return this.#filler.replace(body);
  }

  /** @throws {Refusal} when a placeholder stands where none is filled. */
  #checkPlaces({ url, headers }: GuestRequest): void {
    const places = [url.host, url.pathname, ...headers.map(([name]) => name)];
    for (const place of places) {
      for (const [, name] of place.matchAll(PLACEHOLDER)) {
        if (!this.#secrets.has(name!)) continue;
        throw denied(
          `Secret ${name} can only stand in a header's value, the query or the body`,
        );
      }
    }
  }
}

/**
 * Without a port, only TLS is trusted to bring a value to the right host: the
 * guest chooses the scheme, and anybody on the way could answer plain http.
 */
function checkDestination(secret: GrantedSecret, to: Destination): void {
  const grant = findGrant(secret.hosts, to.host, to.port);
  if (!grant) {
    throw denied(`Secret ${secret.name} is not for host ${to.host}:${to.port}`);
  }
  const isHere = to.host === "localhost" || isLoopback(to.host);
  if (!to.isTls && grant.port === undefined && !isHere) {
    throw denied(`Secret ${secret.name} goes to ${to.host} over https only`);
  }
}

/** Undoes all escapes; what it makes of others than ASCII does not matter. */
function unescape(text: string): string {
  return text.replace(
    /%([0-9a-f]{2})/gi,
    (_, hex) => String.fromCharCode(parseInt(hex, 16)),
  );
}

function unfilled(request: GuestRequest): FilledRequest {
  return { ...request, secretHeaders: new Set(), hasSecretBody: false };
}

function replacement(from: string, to: string) {
  const encoder = new TextEncoder();
  return { from: encoder.encode(from), to: encoder.encode(to) };
}
