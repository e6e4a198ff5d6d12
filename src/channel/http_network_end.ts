/**
 * The fetching worker's end of the HTTP channel. Everything that the guest's
 * end writes is untrusted: lengths, ops and contents are validated as if they
 * came from the network.
 */

import type { StopPage } from "../stop_page.ts";
import {
  HttpOp,
  type HttpQuestion,
  type HttpReply,
  HttpWord,
} from "./http_layout.ts";
import type { HttpBuffers } from "../contract/shared_buffers.ts";
import { reserve } from "./layout.ts";

/** A numbered question. */
export interface NumberedQuestion extends HttpQuestion {
  readonly number: number;
  /** How many calls had ended when it was asked. */
  readonly endedCalls: number;
}

/** Receives questions and replies to them. */
export class HttpNetworkEnd {
  readonly #buffers: HttpBuffers;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #stopPage: StopPage;
  #seen = 0;

  constructor(buffers: HttpBuffers, stopPage: StopPage) {
    this.#buffers = buffers;
    this.#words = new Int32Array(buffers.words);
    this.#stopPage = stopPage;
  }

  /** How often the bell was rung. */
  get bell(): number {
    return Atomics.load(this.#words, HttpWord.bell);
  }

  /** How many calls have ended. */
  get endedCalls(): number {
    return Atomics.load(this.#words, HttpWord.ended);
  }

  /** Resolves when the bell is rung again. */
  async rung(bell: number): Promise<void> {
    const wait = Atomics.waitAsync(this.#words, HttpWord.bell, bell);
    if (wait.async) await wait.value;
  }

  /** Ends every wait for the bell, which would keep the channel forever. */
  endWaits(): void {
    Atomics.notify(this.#words, HttpWord.bell);
  }

  /**
   * Copies out a new question. Undefined if there is none, if it is invalid, or
   * if its call has ended meanwhile.
   */
  question(): NumberedQuestion | undefined {
    const number = Atomics.load(this.#words, HttpWord.asked);
    if (number === this.#seen) return undefined;
    const { endedCalls } = this;
    this.#seen = number;
    // Its call ended before it was seen, so it does not belong to the next
    // call.
    if (number === Atomics.load(this.#words, HttpWord.lastOfEnded)) {
      return undefined;
    }
    const op = this.#words[HttpWord.op];
    const handle = this.#words[HttpWord.handle]!;
    const headBytes = this.#words[HttpWord.headBytes]!;
    const bodyBytes = this.#words[HttpWord.bodyBytes]!;
    const total = headBytes + bodyBytes;
    if (!isOp(op) || headBytes < 0 || bodyBytes < 0) return undefined;
    if (total > this.#buffers.question.byteLength) return undefined;
    const bytes = new Uint8Array(this.#buffers.question, 0, total).slice();
    // The guest increments this before it overwrites what was read here.
    if (this.endedCalls !== endedCalls) return undefined;
    const head = bytes.subarray(0, headBytes);
    const body = bytes.subarray(headBytes);
    return { number, endedCalls, op, handle, head, body };
  }

  /**
   * Replies, and wakes the guest; false if the reply is too large. A reply to a
   * question that is no longer waited for is dropped: the guest may be reading
   * the next reply.
   */
  reply(number: number, reply: HttpReply): boolean {
    if (number !== this.#seen) return true;
    const { text, piece } = reply;
    const textBytes = text?.length ?? 0;
    const pieceBytes = piece?.length ?? 0;
    if (!reserve(this.#buffers.reply, textBytes + pieceBytes)) return false;
    const target = new Uint8Array(this.#buffers.reply);
    if (text) target.set(text);
    if (piece) target.set(piece, textBytes);
    this.#words[HttpWord.value] = reply.value;
    this.#words[HttpWord.textBytes] = textBytes;
    this.#words[HttpWord.pieceBytes] = pieceBytes;
    this.#words[HttpWord.isEnd] = reply.isEnd ? 1 : 0;
    Atomics.store(this.#words, HttpWord.answered, number);
    this.#stopPage.wake();
    return true;
  }
}

function isOp(value: unknown): value is HttpOp {
  return (Object.values(HttpOp) as unknown[]).includes(value);
}
