/**
 * The import module `cortex_http`, version 1: HTTP for guests.
 *
 * All parameters and results are i32; pointers refer to the memory that the
 * guest exports as `memory`. Strings are UTF-8. A negative result is a negated
 * error number; `error_text` returns details.
 *
 * ```text
 *   version() -> 1
 *   request(head, head_len, body, body_len) -> handle      (1 or more)
 *   response_head(handle, buffer, capacity) -> length
 *   read(handle, buffer, capacity) -> length               (0 at the end)
 *   wait(handles, count, milliseconds) -> count
 *   close(handle) -> 0
 *   error_text(buffer, capacity) -> length
 * ```
 *
 * - `request` starts a request without waiting for the response, so that
 *   several can run concurrently. `head` is a JSON object such as
 *   `{"method":"GET","url":"https://api.example.com/","headers":{"accept":"text/plain"}}`;
 *   only `url` is required. Methods are GET, HEAD, POST, PUT, PATCH, DELETE and
 *   OPTIONS; GET and HEAD have no body. Each header has one value of printable
 *   ASCII; headers that control message transfer, such as `Host`,
 *   `Content-Length` or `Connection`, can't be set. `{{NAME}}` in a header
 *   value, the query or the body is replaced by the secret with that name.
 * - `response_head` waits for the response. It writes a JSON object such as
 *   `{"status":200,"url":"https://api.example.com/","redirected":false,"headers":{"content-type":"text/plain"}}`:
 *   `url` is the final URL, `redirected` tells whether redirects led to it;
 *   header names are in lower case, repeated headers are joined by `", "`. If
 *   the text is longer than `capacity`, nothing is written: call again with the
 *   returned length as capacity.
 * - `read` waits for a piece of the body and writes it. A gzip body is already
 *   decompressed, and then the headers include neither `content-encoding` nor
 *   `content-length`; if the sandbox has secrets, `content-length` is always
 *   removed. Characters of headers are bytes.
 * - `wait` waits until at least one of several handles is ready: its response
 *   has arrived or, after that, more of its body or its end. `handles` is an
 *   array of i32; the ready ones are written to its front, and their count is
 *   returned. It is 0 if the time passes first; a negative time never passes.
 * - `close` closes a handle, even before its response has arrived. Open handles
 *   are closed with the call.
 * - `error_text` writes the text of the last error, truncated to `capacity`,
 *   and returns its full length.
 *
 * | error | name | meaning |
 * | --- | --- | --- |
 * | 1 | invalid | the request is malformed |
 * | 2 | denied | the request is not granted |
 * | 3 | limit | a limit of the call is reached |
 * | 4 | unreachable | the host can't be resolved, reached or trusted |
 * | 5 | broken | the response violates the protocol or is truncated |
 * | 6 | bad handle | there is no such handle |
 * | 7 | fault | a pointer is out of bounds |
 *
 * At most 5 redirects are followed, by the rules of `fetch`; every hop must be
 * granted, and counts as a request. A waiting guest is stopped like any other,
 * at its deadline or when the call is aborted.
 */

import type { HttpGuestEnd, SeenReply } from "../../channel/http_guest_end.ts";
import {
  decodeHandles,
  type DeniedRequest,
  encodeHandles,
  encodeWait,
  HttpError,
  HttpOp,
  type HttpQuestion,
  MAX_DENIED,
  type RefusalText,
} from "../../channel/http_layout.ts";
import type { StopPage } from "../../stop_page.ts";
import type { OpenFamily } from "../open_family.ts";
import { GuestBytes, type GuestSlice } from "../guest_bytes.ts";
import { HttpFailure } from "./http_failure.ts";

const VERSION = 1;
const NOTHING: Uint8Array = new Uint8Array();

/** A response, with data fetched ahead of the guest's reads. */
interface OpenResponse {
  head: Uint8Array | undefined;
  /** Bytes of the body that the guest has not yet read. */
  piece: Uint8Array;
  isEnd: boolean;
}

/** The imports of one call. */
export class Http implements OpenFamily {
  /** Every function of the module. */
  readonly imports: WebAssembly.ModuleImports;
  readonly #channel: HttpGuestEnd;
  readonly #stopPage: StopPage;
  readonly #memory = new GuestBytes((message) =>
    new HttpFailure(HttpError.Fault, message)
  );
  readonly #open = new Map<number, OpenResponse>();
  readonly #denied: DeniedRequest[] = [];
  #hasAsked = false;
  #errorText: Uint8Array = NOTHING;

  constructor(channel: HttpGuestEnd, stopPage: StopPage) {
    this.#channel = channel;
    this.#stopPage = stopPage;
    this.imports = Object.assign(Object.create(null), {
      version: () => VERSION,
      request: this.#bind((at, bytes, bodyAt, bodyBytes) => {
        const head = this.#memory.slice(at!, bytes!);
        return this.#request(head, this.#memory.slice(bodyAt!, bodyBytes!));
      }),
      response_head: this.#bind((handle, at, bytes) =>
        this.#responseHead(handle!, this.#memory.slice(at!, bytes!))
      ),
      read: this.#bind((handle, at, bytes) =>
        this.#read(handle!, this.#memory.slice(at!, bytes!))
      ),
      wait: this.#bind((at, count, ms) => this.#wait(at!, count!, ms!)),
      close: this.#bind((handle) => this.#close(handle!)),
      error_text: this.#bind((at, bytes) => {
        const into = this.#memory.slice(at!, bytes!);
        into.set(this.#errorText.subarray(0, into.length));
        return this.#errorText.length;
      }),
    });
  }

  /** Sets the memory that the guest's pointers refer to. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory.attach(memory);
  }

  /** What the guest was refused. */
  denied(): readonly DeniedRequest[] {
    return this.#denied;
  }

  /** Cancels pending requests. Must be called however the guest ended. */
  close(): void {
    if (this.#hasAsked) this.#channel.endCall();
  }

  /**
   * Wraps an import: checks the stop word first, so that a stopped guest can't
   * continue from import to import, and returns failures as error numbers.
   */
  #bind(act: (...args: number[]) => number): (...args: number[]) => number {
    return (...args) => {
      this.#stopPage.check();
      try {
        return act(...args);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        this.#errorText = new TextEncoder().encode(error.message);
        return -error.code;
      }
    };
  }

  #request(head: GuestSlice, body: GuestSlice): number {
    const bytes = head.length + body.length;
    if (!this.#channel.hasRoomFor(bytes)) {
      throw new HttpFailure(
        HttpError.Limit,
        `Request of ${bytes} bytes exceeds the limits of the call`,
      );
    }
    const { value } = this.#ask({ op: HttpOp.Request, handle: 0, head, body });
    this.#open.set(value, { head: undefined, piece: NOTHING, isEnd: false });
    return value;
  }

  #responseHead(handle: number, into: GuestSlice): number {
    const head = this.#headOf(handle, this.#find(handle));
    if (head.length <= into.length) into.set(head);
    return head.length;
  }

  #headOf(handle: number, open: OpenResponse): Uint8Array {
    if (open.head) return open.head;
    const { text, piece, isEnd } = this.#askOf(handle, HttpOp.Head);
    // The start of the body often comes with the head.
    open.piece = piece;
    open.isEnd = isEnd;
    return open.head = text;
  }

  #read(handle: number, into: GuestSlice): number {
    const open = this.#find(handle);
    if (into.length === 0) return 0;
    // The head comes first: it is gone after the end, and the bytes that come
    // with it would replace a piece.
    this.#headOf(handle, open);
    if (open.piece.length === 0 && !open.isEnd) {
      const { piece, isEnd } = this.#askOf(handle, HttpOp.Read);
      open.piece = piece;
      open.isEnd = isEnd;
    }
    const piece = open.piece.subarray(0, into.length);
    into.set(piece);
    open.piece = open.piece.subarray(piece.length);
    return piece.length;
  }

  #wait(at: number, count: number, timeoutMs: number): number {
    if (count < 0 || count > this.#open.size) {
      throw new HttpFailure(
        HttpError.Invalid,
        `There are not ${count} handles that are open`,
      );
    }
    const list = this.#memory.slice(at, count * 4);
    if (count === 0) return 0;
    const handles = decodeHandles(list);
    const here = handles.filter((handle) => {
      const { piece, isEnd } = this.#find(handle);
      return piece.length > 0 || isEnd;
    });
    const ready = here.length > 0 ? here : decodeHandles(
      this.#ask({
        op: HttpOp.Wait,
        handle: 0,
        head: encodeWait({ timeoutMs, handles }),
        body: NOTHING,
      }).piece,
    );
    list.set(encodeHandles(ready.slice(0, count)));
    return Math.min(ready.length, count);
  }

  #close(handle: number): number {
    const { isEnd } = this.#find(handle);
    this.#open.delete(handle);
    // The fetching worker has already closed a complete response.
    if (!isEnd) this.#askOf(handle, HttpOp.Close);
    return 0;
  }

  #find(handle: number): OpenResponse {
    const open = this.#open.get(handle);
    if (open) return open;
    throw new HttpFailure(HttpError.BadHandle, `There is no handle ${handle}`);
  }

  #askOf(handle: number, op: HttpOp): SeenReply {
    return this.#ask({ op, handle, head: NOTHING, body: NOTHING });
  }

  #ask(question: HttpQuestion): SeenReply {
    this.#hasAsked = true;
    const reply = this.#channel.ask(question);
    if (reply.value >= 0) return reply;
    throw this.#failure(reply);
  }

  #failure({ value, text }: SeenReply): HttpFailure {
    const refusal: RefusalText = text.length === 0
      ? { message: "Answer exceeds the limits of the call" }
      : JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text));
    const { message, denied } = refusal;
    if (denied && this.#denied.length < MAX_DENIED) this.#denied.push(denied);
    return new HttpFailure(-value as HttpError, message);
  }
}
