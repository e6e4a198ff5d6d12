/** The remaining network limits of one call. */

import type { GrantedLimits } from "../../contract/network_messages.ts";
import { ByteBudget } from "./byte_budget.ts";
import { limited } from "./refusal.ts";

/** Counts down the limits of one call. */
export class CallBudget {
  /** Bytes of response bodies. */
  readonly responses: ByteBudget;
  readonly #bodies: ByteBudget;
  readonly #limit: number;
  #requests = 0;

  constructor(limits: GrantedLimits) {
    this.responses = new ByteBudget("Response bodies", limits.responseBytes);
    this.#bodies = new ByteBudget("Request bodies", limits.requestBytes);
    this.#limit = limits.requests;
  }

  /**
   * Counts a request that is about to be sent.
   *
   * @param bodyWeight The counted size of its body, at least its bytes.
   * @throws {Refusal} when it exceeds the request limit, or its body is too
   * long.
   */
  countRequest(bodyWeight: number): void {
    if (this.#requests >= this.#limit) {
      throw limited(`Call exceeds the limit of ${this.#limit} requests`);
    }
    this.#requests++;
    this.#bodies.spend(bodyWeight);
  }
}
