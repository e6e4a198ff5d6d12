/** The requests of one guest call: its handles and limits. */

import {
  type DeniedRequest,
  HttpError,
  HttpOp,
  type HttpQuestion,
  type HttpReply,
  PIECE_BYTES,
  type RefusalText,
} from "../channel/http_layout.ts";
import { concat } from "./bytes.ts";
import { CallBudget } from "./policy/call_budget.ts";
import { type FetchedAnswer, type Fetcher, RefusedUrl } from "./fetcher.ts";
import { broken, Refusal } from "./policy/refusal.ts";
import { parseRequest, shownUrl } from "./http/request_head.ts";
import type { ResponseBody } from "./http/response_body.ts";

/** A started request that was not yet closed. */
interface OpenRequest {
  readonly answer: Promise<FetchedAnswer>;
  readonly abort: AbortController;
  body: ResponseBody | undefined;
  /** Bytes beyond the size of one reply. */
  rest: Uint8Array;
}

const NOTHING = new Uint8Array();

/** Answers the questions of one call. */
export class HttpCall {
  readonly #fetcher: Fetcher;
  readonly #budget: CallBudget;
  readonly #open = new Map<number, OpenRequest>();
  #nextHandle = 1;

  constructor(fetcher: Fetcher) {
    this.#fetcher = fetcher;
    this.#budget = new CallBudget(fetcher.grants.limits);
  }

  /** The number of open requests. */
  get openRequests(): number {
    return this.#open.size;
  }

  /**
   * Answers a question, synchronously if possible; errors are part of the
   * reply.
   */
  reply(question: HttpQuestion): HttpReply | Promise<HttpReply> {
    try {
      switch (question.op) {
        case HttpOp.Request:
          return this.#start(question);
        case HttpOp.Close:
          return this.#close(question.handle);
        default:
          return this.#waitFor(question);
      }
    } catch (error) {
      return refusalReply(error, question);
    }
  }

  /** Aborts everything in progress. */
  end(): void {
    for (const handle of [...this.#open.keys()]) this.#close(handle);
  }

  async #waitFor(question: HttpQuestion): Promise<HttpReply> {
    try {
      return question.op === HttpOp.Head
        ? await this.#head(question.handle)
        : await this.#read(question.handle);
    } catch (error) {
      return refusalReply(error, question);
    }
  }

  /** Starts a request; the guest can start others before it completes. */
  #start({ head, body }: HttpQuestion): HttpReply {
    const { headerBytes } = this.#fetcher.grants.limits;
    const request = parseRequest(head, body, headerBytes);
    const allowed = this.#fetcher.allow(request, this.#budget);
    const abort = new AbortController();
    // Sent only after the reply, so that the guest continues meanwhile.
    const answer = Promise.resolve().then(() =>
      this.#fetcher.fetch(allowed, this.#budget, abort.signal)
    );
    // Whoever awaits it gets the reason; maybe nobody does.
    answer.catch(() => {});
    const handle = this.#nextHandle++;
    this.#open.set(handle, { answer, abort, body: undefined, rest: NOTHING });
    return { value: handle };
  }

  async #head(handle: number): Promise<HttpReply> {
    const open = this.#find(handle);
    const { head, body, url } = await open.answer;
    open.body = body;
    const piece = this.#piece(open);
    const shown = { status: head.status, url, headers: head.headers };
    return {
      value: 0,
      text: new TextEncoder().encode(JSON.stringify(shown)),
      piece,
      isEnd: this.#endsWith(handle, open),
    };
  }

  async #read(handle: number): Promise<HttpReply> {
    const open = this.#find(handle);
    const { body } = await open.answer;
    open.body = body;
    let piece = this.#piece(open);
    if (piece.length === 0 && !body.isEnd) {
      open.rest = await this.#cancelling(open, () => body.read());
      piece = this.#piece(open);
    }
    return { value: 0, piece, isEnd: this.#endsWith(handle, open) };
  }

  /** The bytes available, at most the size of one reply. */
  #piece(open: OpenRequest): Uint8Array {
    const parts = [open.rest];
    let length = open.rest.length;
    while (length < PIECE_BYTES) {
      const more = this.#taken(open);
      if (more.length === 0) break;
      parts.push(more);
      length += more.length;
    }
    const bytes = parts.length === 1 ? open.rest : concat(parts);
    open.rest = bytes.subarray(PIECE_BYTES);
    return bytes.subarray(0, PIECE_BYTES);
  }

  #taken(open: OpenRequest): Uint8Array {
    try {
      return open.body?.take() ?? NOTHING;
    } catch (error) {
      open.body?.cancel();
      throw error;
    }
  }

  async #cancelling<Result>(
    { body, abort }: OpenRequest,
    act: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      body?.cancel();
      if (error instanceof Refusal || abort.signal.aborted) throw error;
      throw broken("Connection broke while the response was read");
    }
  }

  #close(handle: number): HttpReply {
    const open = this.#find(handle);
    this.#open.delete(handle);
    open.abort.abort();
    open.body?.cancel();
    // A response whose body was never read still holds a connection.
    if (!open.body) open.answer.then(({ body }) => body.cancel(), () => {});
    return { value: 0 };
  }

  /** Whether the body is complete; such a handle is closed automatically. */
  #endsWith(handle: number, { body, rest }: OpenRequest): boolean {
    const isEnd = rest.length === 0 && (body?.isEnd ?? false);
    if (isEnd) this.#open.delete(handle);
    return isEnd;
  }

  #find(handle: number): OpenRequest {
    const open = this.#open.get(handle);
    if (!open) {
      throw new Refusal(HttpError.BadHandle, `There is no handle ${handle}`);
    }
    return open;
  }
}

/**
 * What the guest is told about a failure: never more than the refusal's
 * message.
 */
function refusalReply(error: unknown, { head }: HttpQuestion): HttpReply {
  const refusal = error instanceof Refusal
    ? error
    : broken("Request could not be made");
  const denied = deniedRequest(refusal, head);
  const text: RefusalText = {
    message: refusal.message,
    ...denied && { denied },
  };
  return {
    value: -refusal.code,
    text: new TextEncoder().encode(JSON.stringify(text)),
  };
}

/** What the host is told: missing grants and exceeded limits. */
function deniedRequest(
  refusal: Refusal,
  head: Uint8Array,
): DeniedRequest | undefined {
  const { code, message } = refusal;
  if (code !== HttpError.Denied && code !== HttpError.Limit) return undefined;
  const url = refusal instanceof RefusedUrl ? refusal.url : shownUrl(head);
  return { url, reason: message };
}
