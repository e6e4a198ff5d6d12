/** One guest worker's use of the network, across calls. */

import type {
  HttpNetworkEnd,
  NumberedQuestion,
} from "../channel/http_network_end.ts";
import { HttpError, type HttpReply } from "../channel/http_layout.ts";
import type { Fetcher } from "./fetcher.ts";
import { HttpCall } from "./http_call.ts";

/** Serves a guest's requests, and notices when its calls end. */
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

  /** Aborts everything in progress. */
  end(): void {
    this.#isOver = true;
    this.#call.end();
    this.#channel.endWaits();
  }

  #look(): void {
    const question = this.#channel.question();
    // The question may be the first of a call whose start was not seen.
    this.#follow(question?.endedCalls ?? this.#channel.endedCalls);
    if (question) this.#answer(this.#call, question);
  }

  /** Ends the previous call, if a new one has started. */
  #follow(endedCalls: number): void {
    if (endedCalls === this.#endedCalls) return;
    this.#endedCalls = endedCalls;
    this.#call.end();
    this.#call = new HttpCall(this.#fetcher);
  }

  #answer(call: HttpCall, question: NumberedQuestion): void {
    const reply = call.reply(question);
    if (!(reply instanceof Promise)) this.#send(question.number, reply);
    else {
      void reply.then((reply) => {
        // Once the call has ended nobody waits for the reply.
        if (call === this.#call) this.#send(question.number, reply);
      });
    }
  }

  #send(number: number, reply: HttpReply): void {
    if (this.#channel.reply(number, reply)) return;
    this.#channel.reply(number, { value: -HttpError.Limit });
  }
}
