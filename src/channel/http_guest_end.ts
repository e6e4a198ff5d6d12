/** The guest worker's end of the HTTP channel. */

import { ExecutionFailed } from "../errors.ts";
import type { StopPage } from "../stop_page.ts";
import {
  HTTP_CHANNEL_VERSION,
  type HttpQuestion,
  HttpWord,
} from "./http_layout.ts";
import type { HttpBuffers } from "../contract/shared_buffers.ts";
import { reserve } from "./layout.ts";

/** A reply as the guest sees it; the bytes are copies. */
export interface SeenReply {
  readonly value: number;
  readonly text: Uint8Array;
  readonly piece: Uint8Array;
  readonly isEnd: boolean;
}

/** Sends requests to the fetching worker and waits for replies. */
export class HttpGuestEnd {
  readonly #buffers: HttpBuffers;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #stopPage: StopPage;
  readonly #connect: () => void;
  #isConnected = false;

  /**
   * @param connect Connects the fetching worker; called before the first
   * question.
   * @throws {Error} when the host uses another version.
   */
  constructor(buffers: HttpBuffers, stopPage: StopPage, connect: () => void) {
    this.#connect = connect;
    this.#buffers = buffers;
    this.#words = new Int32Array(buffers.words);
    this.#stopPage = stopPage;
    const version = this.#words[HttpWord.version];
    if (version !== HTTP_CHANNEL_VERSION) {
      throw new Error(
        `Cannot reach the network: channel version is ${version}, expected ${HTTP_CHANNEL_VERSION}`,
      );
    }
  }

  /** Whether a question of this size fits. */
  hasRoomFor(bytes: number): boolean {
    return bytes <= this.#buffers.question.maxByteLength;
  }

  /**
   * Asks, and blocks until the reply.
   *
   * @throws {GuestStopped} when the guest is told to stop meanwhile.
   * @throws {ExecutionFailed} when the fetching worker is gone.
   */
  ask(question: HttpQuestion): SeenReply {
    if (!this.#isConnected) this.#connect();
    this.#isConnected = true;
    const number = this.#post(question);
    const isAnswered = () =>
      Atomics.load(this.#words, HttpWord.answered) === number;
    // Does not spin: the fetching worker and the server need the cores.
    this.#stopPage.waitUntil(() => isAnswered() || this.#isClosed);
    if (!isAnswered()) {
      throw new ExecutionFailed("The fetching worker of the sandbox is gone");
    }
    return this.#reply();
  }

  /** Ends a call: cancels everything it asked for. */
  endCall(): void {
    const last = Atomics.load(this.#words, HttpWord.asked);
    Atomics.store(this.#words, HttpWord.lastOfEnded, last);
    Atomics.add(this.#words, HttpWord.ended, 1);
    this.#ring();
  }

  get #isClosed(): boolean {
    return Atomics.load(this.#words, HttpWord.closed) !== 0;
  }

  #post({ op, handle, head, body }: HttpQuestion): number {
    const bytes = head.length + body.length;
    reserve(this.#buffers.question, bytes);
    const target = new Uint8Array(this.#buffers.question);
    target.set(head);
    target.set(body, head.length);
    this.#words[HttpWord.op] = op;
    this.#words[HttpWord.handle] = handle;
    this.#words[HttpWord.headBytes] = head.length;
    this.#words[HttpWord.bodyBytes] = body.length;
    const number = (Atomics.load(this.#words, HttpWord.asked) + 1) | 0;
    Atomics.store(this.#words, HttpWord.asked, number);
    this.#ring();
    return number;
  }

  #reply(): SeenReply {
    const textBytes = this.#words[HttpWord.textBytes]!;
    const pieceBytes = this.#words[HttpWord.pieceBytes]!;
    const bytes = new Uint8Array(this.#buffers.reply, 0, textBytes + pieceBytes)
      .slice();
    return {
      value: this.#words[HttpWord.value]!,
      text: bytes.subarray(0, textBytes),
      piece: bytes.subarray(textBytes),
      isEnd: this.#words[HttpWord.isEnd] !== 0,
    };
  }

  #ring(): void {
    Atomics.add(this.#words, HttpWord.bell, 1);
    Atomics.notify(this.#words, HttpWord.bell);
  }
}
