/** The requests of one guest call: its handles and limits. */

import {
  decodeWait,
  type DeniedRequest,
  encodeHandles,
  HttpError,
  HttpOp,
  type HttpQuestion,
  type HttpReply,
  type RefusalText,
} from "../channel/http_layout.ts";
import { CallBudget } from "./policy/call_budget.ts";
import { type Fetcher, RefusedUrl } from "./fetcher.ts";
import { OpenRequest } from "./open_request.ts";
import { broken, invalid, Refusal } from "./policy/refusal.ts";
import { parseRequest, shownUrl } from "./http/request_head.ts";

/** Answers the questions of one call. */
export class HttpCall {
  readonly #fetcher: Fetcher;
  readonly #budget: CallBudget;
  readonly #open = new Map<number, OpenRequest>();
  #nextHandle = 1;
  /** Called when more is available than before. */
  #look: () => void = () => {};
  /** Ends the guest's wait for several handles, if there is one. */
  #endWait: () => void = () => {};

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
        case HttpOp.Wait:
          return this.#waitForAny(question);
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
    this.#endWait();
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
    const handle = this.#nextHandle++;
    const open = new OpenRequest(answer, abort, () => this.#look());
    this.#open.set(handle, open);
    return { value: handle };
  }

  /** Waits until at least one of several handles is ready. */
  #waitForAny({ head }: HttpQuestion): HttpReply | Promise<HttpReply> {
    const { timeoutMs, handles } = decodeWait(head);
    if (handles.length > this.#open.size) {
      throw invalid(`There are not ${handles.length} handles`);
    }
    const waited = handles.map((handle) =>
      [handle, this.#find(handle)] as const
    );
    const ready = () =>
      waited.filter(([, open]) => open.isReady)
        .map(([handle]) => handle);
    const found = ready();
    if (found.length > 0 || timeoutMs === 0) return readyReply(found);
    this.#endWait();
    return new Promise((resolve) => {
      const end = (found: readonly number[]) => {
        clearTimeout(timer);
        this.#look = this.#endWait = () => {};
        resolve(readyReply(found));
      };
      this.#endWait = () => end([]);
      const timer = timeoutMs < 0
        ? undefined
        : setTimeout(this.#endWait, timeoutMs);
      this.#look = () => {
        const found = ready();
        if (found.length > 0) end(found);
      };
    });
  }

  async #head(handle: number): Promise<HttpReply> {
    const open = this.#find(handle);
    const { head, url, redirected } = await open.head();
    const { status, headers } = head;
    const shown = { status, url, redirected, headers };
    return {
      value: 0,
      text: new TextEncoder().encode(JSON.stringify(shown)),
      piece: open.piece(),
      isEnd: this.#endsWith(handle, open),
    };
  }

  async #read(handle: number): Promise<HttpReply> {
    const open = this.#find(handle);
    const piece = await open.read();
    return { value: 0, piece, isEnd: this.#endsWith(handle, open) };
  }

  #close(handle: number): HttpReply {
    const open = this.#find(handle);
    this.#open.delete(handle);
    open.close();
    return { value: 0 };
  }

  /** Whether the body is complete; such a handle is closed automatically. */
  #endsWith(handle: number, { isEnd }: OpenRequest): boolean {
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

function readyReply(handles: readonly number[]): HttpReply {
  return { value: handles.length, piece: encodeHandles(handles) };
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
