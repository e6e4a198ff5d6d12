/**
 * The secrets of a sandbox: filled into requests in place of their names, and
 * masked in responses. Only the fetching worker has one.
 */

import type { GrantedSecret } from "../../contract/network_messages.ts";
import { concat } from "../bytes.ts";
import type { GuestRequest } from "../http/request_head.ts";
import { isLoopback } from "../policy/address_policy.ts";
import {
  type Destination,
  findGrant,
  namesHost,
} from "../policy/host_policy.ts";
import { denied } from "../policy/refusal.ts";
import { type MaskedText, Masker } from "./masker.ts";
import type { MaskingStream } from "./masking_stream.ts";
import { filledText, namesIn, placesIn } from "./placeholders.ts";
import { ESCAPED_WEIGHT, filledWeight, maskedWeight } from "./secret_weight.ts";

/** A request with filled placeholders, and where they were. */
export interface FilledRequest extends GuestRequest {
  /** Names of the headers that contain secrets. */
  readonly secretHeaders: ReadonlySet<string>;
  readonly hasSecretBody: boolean;
  /** The counted size of the body, at least its bytes. */
  readonly bodyWeight: number;
}

/** A planned filling: sizes are known before anything is allocated. */
export interface Filling {
  /** The counted size of its URL and headers once filled. */
  readonly headWeight: number;
  readonly bodyWeight: number;
  fill(): FilledRequest;
}

/** Fills in and masks secrets. */
export class SecretBook {
  readonly #secrets: ReadonlyMap<string, GrantedSecret>;
  readonly #masker: Masker;

  constructor(secrets: readonly GrantedSecret[]) {
    this.#secrets = new Map(secrets.map((one) => [one.name, one]));
    this.#masker = new Masker(
      secrets.map(({ name, value }) => ({
        value,
        mask: `{{${name}}}`,
        weight: maskedWeight(value),
      })),
    );
  }

  /** The number of secrets. */
  get size(): number {
    return this.#secrets.size;
  }

  /** Whether any secret may be sent to a host, on any port. */
  hasSecretFor(host: string): boolean {
    return this.#secrets.values().some(({ hosts }) =>
      hosts.some((grant) => namesHost(grant, host))
    );
  }

  /**
   * Finds the placeholders of a request to a destination.
   *
   * @throws {Refusal} when a secret may not be sent there, or not in that part
   * of the request.
   */
  filling(request: GuestRequest, destination: Destination): Filling {
    if (this.#secrets.size === 0) return unfilled(request);
    this.#checkPlaces(request);
    const headerWeights = request.headers.map(([name, value]) =>
      name.length + this.#weigh(value, destination, 1)
    );
    const { url, body } = request;
    return {
      headWeight: url.href.length - url.search.length +
        this.#weigh(url.search, destination, ESCAPED_WEIGHT) +
        headerWeights.reduce((sum, one) => sum + one, 0),
      bodyWeight: this.#weighBody(body, destination),
      fill: () => this.#fill(request, destination),
    };
  }

  /** Masks a text. */
  mask(text: string): string {
    return this.#masker.mask(text).text;
  }

  /** Masks a text and returns its counted size. */
  maskCounted(text: string): MaskedText {
    return this.#masker.mask(text);
  }

  /** Whether a text contains a secret, in any masked form. */
  isIn(text: string): boolean {
    return this.#masker.isIn(text);
  }

  /** A masking stream; undefined if there is nothing to mask. */
  maskingStream(): MaskingStream | undefined {
    return this.#secrets.size === 0 ? undefined : this.#masker.stream();
  }

  #fill(request: GuestRequest, destination: Destination): FilledRequest {
    const escaped = (name: string) => {
      const value = this.#secrets.get(name)?.value;
      return value === undefined ? undefined : encodeURIComponent(value);
    };
    const search = filledText(request.url.search, escaped);
    const secretHeaders = new Set<string>();
    const headers = request.headers.map(([name, value]) => {
      const filled = filledText(
        value,
        (name) => this.#secrets.get(name)?.value,
      );
      if (filled !== value) secretHeaders.add(name);
      return [name, filled] as const;
    });
    const body = this.#fillBody(request.body);
    const url = new URL(request.url);
    if (search !== url.search) url.search = search;
    return {
      ...request,
      url,
      headers,
      body,
      secretHeaders,
      hasSecretBody: body !== request.body,
      bodyWeight: this.#weighBody(request.body, destination),
    };
  }

  #fillBody(body: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let done = 0;
    for (const { name, start, end } of placesIn(body)) {
      const secret = this.#secrets.get(name);
      if (!secret) continue;
      parts.push(body.subarray(done, start));
      parts.push(new TextEncoder().encode(secret.value));
      done = end;
    }
    return done === 0 ? body : concat([...parts, body.subarray(done)]);
  }

  #weigh(text: string, destination: Destination, times: number): number {
    let weight = text.length;
    for (const name of namesIn(text)) {
      weight += times * this.#weightAt(name, destination);
    }
    return weight;
  }

  #weighBody(body: Uint8Array, destination: Destination): number {
    let weight = body.length;
    for (const { name } of placesIn(body)) {
      weight += this.#weightAt(name, destination);
    }
    return weight;
  }

  /** @throws {Refusal} when the secret may not be sent there. */
  #weightAt(name: string, destination: Destination): number {
    const secret = this.#secrets.get(name);
    if (!secret) return 0;
    checkDestination(secret, destination);
    return filledWeight(secret.value);
  }

  /** @throws {Refusal} when a placeholder is where none may be filled. */
  #checkPlaces({ url, headers }: GuestRequest): void {
    const places = [url.host, url.pathname, ...headers.map(([name]) => name)];
    for (const name of places.flatMap(namesIn)) {
      if (!this.#secrets.has(name)) continue;
      throw denied(
        `Secret ${name} can be used only in a header value, the query or the body`,
      );
    }
  }
}

/**
 * For a grant without a port, only TLS is trusted to reach the right host: the
 * guest chooses the scheme, and anyone on the path could intercept plain http.
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

function unfilled(request: GuestRequest): Filling {
  const { url, headers, body } = request;
  const headersLength = headers.reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  const filled: FilledRequest = {
    ...request,
    secretHeaders: new Set(),
    hasSecretBody: false,
    bodyWeight: body.length,
  };
  return {
    headWeight: url.href.length + headersLength,
    bodyWeight: body.length,
    fill: () => filled,
  };
}
