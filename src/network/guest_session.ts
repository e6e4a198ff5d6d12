/** One guest worker's use of the network, call after call. */

import type {
  HttpNetworkEnd,
  NumberedQuestion,
} from "../channel/http_network_end.ts";
import { HttpError } from "../channel/http_layout.ts";
import type { Fetcher } from "./fetcher.ts";
import { HttpCall } from "./http_call.ts";

/** Sees what the guest asks and when its calls end. */
export class GuestSession {
  readonly #fetcher: Fetcher;
  readonly #channel: HttpNetworkEnd;
  #call: HttpCall;
  #endedCalls: number;
  #isOver = false;

  constructor(fetcher: Fetcher, channel: HttpNetworkEnd) {
    this.#fetcher = fetcher;
    this.#channel = channel;
    this.#call = new HttpCall(fetcher);
    this.#endedCalls = channel.endedCalls;
  }

  /** Serves until the session is ended. */
  async serve(): Promise<void> {
    while (!this.#isOver) {
      const { bell } = this.#channel;
      this.#look();
      await this.#channel.rung(bell);
    }
  }

  /** Ends whatever is going on. */
  end(): void {
    this.#isOver = true;
    this.#call.end();
  }

  #look(): void {
    const { endedCalls } = this.#channel;
    if (endedCalls !== this.#endedCalls) {
      this.#endedCalls = endedCalls;
      this.#call.end();
      this.#call = new HttpCall(this.#fetcher);
    }
    const question = this.#channel.question();
    if (question) void this.#answer(this.#call, question);
  }

  async #answer(call: HttpCall, question: NumberedQuestion): Promise<void> {
    const { number } = question;
    const reply = await call.reply(question);
    if (call !== this.#call || this.#channel.reply(number, reply)) return;
    this.#channel.reply(number, { value: -HttpError.Limit });
  }
}
