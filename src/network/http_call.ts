/** The requests of one call of a guest: its handles and its limits. */

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

/** A request that was started and not let go of. */
interface OpenRequest {
  readonly answer: Promise<FetchedAnswer>;
  readonly abort: AbortController;
  body: ResponseBody | undefined;
  /** Bytes that were more than a reply takes. */
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

  /** How many requests are not let go of. */
  get openRequests(): number {
    return this.#open.size;
  }

  /**
   * Answers a question, at once where nothing has to be waited for; what went
   * wrong is in the answer.
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

  /** Ends everything that is going on. */
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

  /** Starts a request; the guest can start others before it is answered. */
  #start({ head, body }: HttpQuestion): HttpReply {
    const { headerBytes } = this.#fetcher.grants.limits;
    const request = parseRequest(head, body, headerBytes);
    const allowed = this.#fetcher.allow(request, this.#budget);
    const abort = new AbortController();
    // Only after the reply, so that the guest goes on while this is sent.
    const answer = Promise.resolve().then(() =>
      this.#fetcher.fetch(allowed, this.#budget, abort.signal)
    );
    // Whoever asks for it gets the reason; nobody may ever ask.
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

  /** What is there already, at most what a reply takes. */
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
    // An answer whose body nobody has asked for yet still holds a connection.
    if (!open.body) open.answer.then(({ body }) => body.cancel(), () => {});
    return { value: 0 };
  }

  /** Whether nothing is left; such a handle is let go of without being asked. */
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

/** What reaches the guest of a failure: never more than a refusal says. */
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

/** What the host is told: of what is not granted, and of limits. */
function deniedRequest(
  refusal: Refusal,
  head: Uint8Array,
): DeniedRequest | undefined {
  const { code, message } = refusal;
  if (code !== HttpError.Denied && code !== HttpError.Limit) return undefined;
  const url = refusal instanceof RefusedUrl ? refusal.url : shownUrl(head);
  return { url, reason: message };
}
