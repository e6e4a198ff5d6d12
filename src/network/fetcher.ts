/**
 * Makes guests' requests, within the grants. Defines the order of all checks.
 */

import type { NetworkGrants } from "../contract/network_messages.ts";
import { ConnectionPool } from "./http/connection_pool.ts";
import { DENO_SYSTEM, type Dial, dialWith } from "./http/dial.ts";
import { type Answer, exchange } from "./http/exchange.ts";
import type { ResponseBody } from "./http/response_body.ts";
import type { CallBudget } from "./policy/call_budget.ts";
import { checkUrl, type Destination } from "./policy/host_policy.ts";
import { MAX_REDIRECTS, redirected } from "./policy/redirect.ts";
import { invalid, limited, Refusal } from "./policy/refusal.ts";
import { quote } from "../quote.ts";
import { cutUrl, type GuestRequest } from "./http/request_head.ts";
import { type ShownHead, shownHead } from "./shown_head.ts";
import { type FilledRequest, SecretBook } from "./secrets/secret_book.ts";

/**
 * Headers that request a byte range; the second is an obsolete form of the
 * first.
 */
const RANGE_HEADERS: ReadonlySet<string> = new Set(["range", "request-range"]);

/** A response and its final URL, without secrets. */
export interface FetchedAnswer {
  readonly head: ShownHead;
  readonly body: ResponseBody;
  readonly url: string;
  /** Whether that is where a redirect led. */
  readonly redirected: boolean;
}

/** A refusal, and the URL requested at that point, without secrets. */
export class RefusedUrl extends Refusal {
  readonly url: string;

  constructor(refusal: Refusal, url: string) {
    super(refusal.code, refusal.message);
    this.url = cutUrl(url);
  }
}

/** A request that may be sent. */
export interface AllowedRequest {
  readonly request: FilledRequest;
  /** The URL as the guest wrote it. */
  readonly shownUrl: string;
}

/** Makes the requests of any number of guests. */
export class Fetcher {
  readonly grants: NetworkGrants;
  readonly secrets: SecretBook;
  readonly #pool: ConnectionPool;

  constructor(grants: NetworkGrants, dial: Dial = dialWith(DENO_SYSTEM)) {
    this.grants = grants;
    this.secrets = new SecretBook(grants.secrets);
    this.#pool = new ConnectionPool(dial);
  }

  /**
   * Makes all checks possible before sending, fills in secrets and counts the
   * request.
   *
   * @throws {RefusedUrl} when it is not granted, or exceeds the request limit.
   */
  allow(request: GuestRequest, budget: CallBudget): AllowedRequest {
    const shownUrl = request.url.href;
    return this.#explained(shownUrl, () => {
      const destination = checkUrl(request.url, this.grants.hosts);
      this.#checkRange(request, destination);
      const filling = this.secrets.filling(request, destination);
      const { headerBytes } = this.grants.limits;
      if (filling.headWeight > headerBytes) {
        throw limited(
          `Request head exceeds the limit of ${headerBytes} bytes`,
        );
      }
      budget.countRequest(filling.bodyWeight);
      return { request: filling.fill(), shownUrl };
    });
  }

  /**
   * Makes a request and follows its redirects, checking each.
   *
   * @throws {RefusedUrl} when it gets no valid response.
   * @throws the signal's reason when it is aborted.
   */
  async fetch(
    allowed: AllowedRequest,
    budget: CallBudget,
    signal: AbortSignal,
  ): Promise<FetchedAnswer> {
    let { request, shownUrl } = allowed;
    for (let hops = 0;; hops++) {
      const answer = await this.#answer(request, shownUrl, budget, signal);
      const next = this.#explained(shownUrl, () => {
        try {
          return redirected(request, answer.head, this.secrets);
        } catch (error) {
          answer.body.cancel();
          throw error;
        }
      });
      if (!next) return this.#shown(answer, shownUrl, hops > 0);
      answer.body.cancel();
      shownUrl = this.secrets.mask(next.url.href);
      if (hops === MAX_REDIRECTS) {
        throw new RefusedUrl(
          limited(`Request exceeds the limit of ${MAX_REDIRECTS} redirects`),
          shownUrl,
        );
      }
      this.#explained(shownUrl, () => budget.countRequest(next.bodyWeight));
      request = next;
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#pool.close();
  }

  #shown(
    { head, body }: Answer,
    url: string,
    redirected: boolean,
  ): FetchedAnswer {
    const { headerBytes } = this.grants.limits;
    try {
      const shown = shownHead(head, body.isUnpacked, this.secrets, headerBytes);
      return { head: shown, body, url, redirected };
    } catch (error) {
      body.cancel();
      throw this.#refusedUrl(error, url);
    }
  }

  async #answer(
    request: FilledRequest,
    shownUrl: string,
    budget: CallBudget,
    signal: AbortSignal,
  ): Promise<Answer> {
    const destination = this.#explained(shownUrl, () => {
      const destination = checkUrl(request.url, this.grants.hosts);
      this.#checkRange(request, destination);
      return destination;
    });
    try {
      return await exchange(request, destination, {
        pool: this.#pool,
        headerBytes: this.grants.limits.headerBytes,
        budget: budget.responses,
        secrets: this.secrets,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#refusedUrl(error, shownUrl);
    }
  }

  /**
   * Refuses range requests where a secret may be sent: part of a secret can't
   * be recognized, and a server may repeat one from an earlier request.
   *
   * @throws {Refusal} when a range is requested from a host that may receive a
   * secret.
   */
  #checkRange({ headers }: GuestRequest, { host }: Destination): void {
    if (!headers.some(([name]) => RANGE_HEADERS.has(name))) return;
    if (!this.secrets.hasSecretFor(host)) return;
    throw invalid(
      `Host ${quote(host)} receives a secret and can't be asked for a range`,
    );
  }

  #explained<Result>(shownUrl: string, act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      throw this.#refusedUrl(error, shownUrl);
    }
  }

  #refusedUrl(error: unknown, shownUrl: string): unknown {
    return error instanceof Refusal ? new RefusedUrl(error, shownUrl) : error;
  }
}
