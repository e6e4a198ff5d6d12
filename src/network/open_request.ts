/** A request that a guest has started and not closed. */

import { PIECE_BYTES } from "../channel/http_layout.ts";
import { concat } from "./bytes.ts";
import { type FetchedAnswer, RefusedUrl } from "./fetcher.ts";
import type { ResponseBody } from "./http/response_body.ts";
import { broken, Refusal } from "./policy/refusal.ts";

const NOTHING = new Uint8Array();

/** Its response, and the part of the body that was not returned yet. */
export class OpenRequest {
  readonly #answer: Promise<FetchedAnswer>;
  readonly #abort: AbortController;
  readonly #changed: () => void;
  #isAnswered = false;
  #body: ResponseBody | undefined;
  /** The final URL. */
  #url = "";
  /** Bytes beyond the size of one reply. */
  #rest: Uint8Array = NOTHING;
  /** The pending read of the body; rejected once reading has failed. */
  #reading: Promise<void> | undefined;
  #hasFailed = false;

  /**
   * @param answer Rejects when `abort` is aborted.
   * @param changed Called when more may be available than before.
   */
  constructor(
    answer: Promise<FetchedAnswer>,
    abort: AbortController,
    changed: () => void,
  ) {
    this.#answer = answer;
    this.#abort = abort;
    this.#changed = changed;
    const answered = () => {
      this.#isAnswered = true;
      changed();
    };
    // The reason goes to whoever awaits the answer, if anyone does.
    answer.then(answered, answered);
  }

  /** Whether all of the body was returned. */
  get isEnd(): boolean {
    return this.#rest.length === 0 && !this.#reading &&
      (this.#body?.isEnd ?? false);
  }

  /**
   * Whether the next of {@linkcode head} and {@linkcode read} need not wait. If
   * they do, the body is read ahead, by one piece.
   */
  get isReady(): boolean {
    if (!this.#body) return this.#isAnswered;
    if (this.#rest.length > 0 || this.#hasFailed || this.isEnd) return true;
    this.#readOn().catch(() => {});
    return false;
  }

  /** Waits for the answer. */
  async head(): Promise<FetchedAnswer> {
    const answer = await this.#answer;
    this.#body = answer.body;
    this.#url = answer.url;
    return answer;
  }

  /** Waits for a piece of the body; empty only at its end. */
  async read(): Promise<Uint8Array> {
    await this.head();
    const piece = this.piece();
    if (piece.length > 0 || this.isEnd) return piece;
    await this.#readOn();
    return this.piece();
  }

  /** The bytes available, at most the size of one reply. */
  piece(): Uint8Array {
    const parts = [this.#rest];
    let length = this.#rest.length;
    while (length < PIECE_BYTES) {
      const more = this.#taken();
      if (more.length === 0) break;
      parts.push(more);
      length += more.length;
    }
    const bytes = parts.length === 1 ? this.#rest : concat(parts);
    this.#rest = bytes.subarray(PIECE_BYTES);
    return bytes.subarray(0, PIECE_BYTES);
  }

  /** Aborts everything in progress. */
  close(): void {
    this.#abort.abort();
    this.#body?.cancel();
    // A response whose body was never read still holds a connection.
    if (!this.#body) this.#answer.then(({ body }) => body.cancel(), () => {});
  }

  #taken(): Uint8Array {
    // The pending read comes first.
    if (this.#reading) return NOTHING;
    try {
      return this.#body?.take() ?? NOTHING;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #readOn(): Promise<void> {
    return this.#reading ??= this.#next();
  }

  async #next(): Promise<void> {
    try {
      this.#rest = await this.#body!.read();
      this.#reading = undefined;
    } catch (error) {
      const isKnown = error instanceof Refusal || this.#abort.signal.aborted;
      throw this.#failed(
        isKnown
          ? error
          : broken("Connection broke while the response was read"),
      );
    } finally {
      this.#changed();
    }
  }

  /**
   * Makes every later read fail too: a cancelled body would otherwise look
   * complete. Adds the URL for the host, as no question contains it.
   */
  #failed(error: unknown): unknown {
    const reason = error instanceof Refusal
      ? new RefusedUrl(error, this.#url)
      : error;
    this.#body?.cancel();
    this.#hasFailed = true;
    if (!this.#reading) {
      this.#reading = Promise.reject(reason);
      // There may be no later read.
      this.#reading.catch(() => {});
    }
    return reason;
  }
}
