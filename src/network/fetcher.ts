/** Makes requests of guests, inside the grants. The order of all checks. */

import type { NetworkGrants } from "../channel/network_messages.ts";
import { ConnectionPool } from "./http/connection_pool.ts";
import { DENO_SYSTEM, type Dial, dialWith } from "./http/dial.ts";
import { type Answer, exchange } from "./http/exchange.ts";
import type { CallBudget } from "./policy/call_budget.ts";
import { checkUrl } from "./policy/host_policy.ts";
import { MAX_REDIRECTS, redirected } from "./policy/redirect.ts";
import { invalid, limited, Refusal } from "./policy/refusal.ts";
import { cutUrl, type GuestRequest } from "./http/request_head.ts";
import { type FilledRequest, SecretBook } from "./secrets/secret_book.ts";

/** An answer with the URL that gave it, which holds no secret. */
export interface FetchedAnswer extends Answer {
  readonly url: string;
}

/** A refusal, and the URL that was asked for then, which holds no secret. */
export class RefusedUrl extends Refusal {
  readonly url: string;

  constructor(refusal: Refusal, url: string) {
    super(refusal.code, refusal.message);
    this.url = cutUrl(url);
  }
}

/** A request that is allowed to leave. */
export interface AllowedRequest {
  readonly request: FilledRequest;
  /** Its URL as the guest wrote it. */
  readonly shownUrl: string;
}

/** Makes requests of any number of guests. */
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
   * Checks what can be checked before anything is sent, fills secrets in and
   * counts the request.
   *
   * @throws {RefusedUrl} when it is not granted, or one too many.
   */
  allow(request: GuestRequest, budget: CallBudget): AllowedRequest {
    const shownUrl = request.url.href;
    return this.#explained(shownUrl, () => {
      const destination = checkUrl(request.url, this.grants.hosts);
      const filled = this.secrets.fill(request, destination);
      const hasSecret = filled.hasSecretBody || filled.secretHeaders.size > 0 ||
        filled.url.search !== request.url.search;
      // Pieces of what a server repeats could not be recognized.
      if (hasSecret && request.headers.some(([name]) => name === "range")) {
        throw invalid("A request with a secret can't ask for a range");
      }
      budget.countRequest(filled.body.length);
      return { request: filled, shownUrl };
    });
  }

  /**
   * Makes a request and follows its redirects, each of them checked.
   *
   * @throws {RefusedUrl} when it comes to no answer.
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
      if (!next) return { ...answer, url: shownUrl };
      answer.body.cancel();
      shownUrl = this.secrets.maskUrl(next.url);
      if (hops === MAX_REDIRECTS) {
        throw new RefusedUrl(
          limited(`Request exceeds the limit of ${MAX_REDIRECTS} redirects`),
          shownUrl,
        );
      }
      this.#explained(shownUrl, () => budget.countRequest(next.body.length));
      request = next;
    }
  }

  /** Ends the connections that are kept. */
  close(): void {
    this.#pool.close();
  }

  async #answer(
    request: FilledRequest,
    shownUrl: string,
    budget: CallBudget,
    signal: AbortSignal,
  ): Promise<Answer> {
    const destination = this.#explained(
      shownUrl,
      () => checkUrl(request.url, this.grants.hosts),
    );
    try {
      return await exchange(request, destination, {
        pool: this.#pool,
        headerBytes: this.grants.limits.headerBytes,
        budget: budget.responses,
        mask: () => this.secrets.maskingStream(),
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#refusedUrl(error, shownUrl);
    }
  }

  #explained<Result>(shownUrl: string, act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      throw this.#refusedUrl(error, shownUrl);
    }
  }

  /** What a server said may be in a message, and it may repeat a secret. */
  #refusedUrl(error: unknown, shownUrl: string): unknown {
    if (!(error instanceof Refusal)) return error;
    const message = this.secrets.mask(error.message);
    return new RefusedUrl(new Refusal(error.code, message), shownUrl);
  }
}
