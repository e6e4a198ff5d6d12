/** What one call may still use of the network. */

import type { GrantedLimits } from "../../contract/network_messages.ts";
import { ByteBudget } from "./byte_budget.ts";
import { limited } from "./refusal.ts";

/** Counts down what one call may use. */
export class CallBudget {
  /** Bytes of the bodies of responses. */
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
   * @param bodyWeight What its body counts as, no less than its bytes.
   * @throws {Refusal} when it is one too many, or has too long a body.
   */
  countRequest(bodyWeight: number): void {
    if (this.#requests >= this.#limit) {
      throw limited(`Call exceeds the limit of ${this.#limit} requests`);
    }
    this.#requests++;
    this.#bodies.spend(bodyWeight);
  }
}
