/** The guest worker's end of the channel. */

import type { StopPage } from "../stop_page.ts";
import {
  type Ask,
  type CallAnswer,
  type CallRequest,
  CHANNEL_VERSION,
  type ChannelBuffers,
  type Op,
  type Reply,
  reserve,
  Slot,
  Turn,
  Word,
} from "./layout.ts";

/** Waits for requests, reads them and writes answers. */
export class GuestEnd {
  readonly #buffers: ChannelBuffers;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #floats: Float64Array<SharedArrayBuffer>;
  readonly #longs: BigInt64Array<SharedArrayBuffer>;

  /** @throws {Error} when the host speaks another version. */
  constructor(buffers: ChannelBuffers) {
    this.#buffers = buffers;
    this.#words = new Int32Array(buffers.header);
    this.#floats = new Float64Array(buffers.header);
    this.#longs = new BigInt64Array(buffers.header);
    const version = this.#words[Word.version];
    if (version !== CHANNEL_VERSION) {
      throw new Error(
        `Cannot serve calls: channel version is ${version}, expected ${CHANNEL_VERSION}`,
      );
    }
  }

  /** Blocks until it is the guest's turn: first spinning, then asleep. */
  next(): Turn {
    const end = performance.now() + this.#words[Word.spin]! / 1000;
    for (;;) {
      const turn = Atomics.load(this.#words, Word.turn) as Turn;
      if (turn !== Turn.Host) return turn;
      if (performance.now() > end) {
        Atomics.wait(this.#words, Word.turn, Turn.Host);
      }
    }
  }

  /** The request whose turn it is. Its payload stays valid until the answer. */
  request(): CallRequest {
    const metaBytes = this.#words[Word.metaBytes]!;
    const payloadBytes = this.#words[Word.payloadBytes]!;
    const meta = new Uint8Array(this.#buffers.request, 0, metaBytes);
    return {
      op: this.#words[Word.op] as Op,
      module: this.#words[Word.module]!,
      meta: metaBytes === 0 ? "" : new TextDecoder().decode(meta),
      payload: new Uint8Array(this.#buffers.request, metaBytes, payloadBytes),
    };
  }

  /**
   * Writes an answer and passes the turn back; false, and nothing written, when
   * it is larger than the bound.
   */
  answer(answer: CallAnswer): boolean {
    const { value, stdout, stderr, files, denied, usage } = answer;
    const sections = [value, stdout, stderr, files, denied];
    const total = sections.reduce((sum, { length }) => sum + length, 0);
    if (!reserve(this.#buffers.answer, total)) return false;
    this.#write(sections);
    this.#words[Word.status] = answer.status;
    this.#words[Word.cut] = answer.isCut ? 1 : 0;
    this.#words[Word.valueBytes] = value.length;
    this.#words[Word.stdoutBytes] = stdout.length;
    this.#words[Word.stderrBytes] = stderr.length;
    this.#words[Word.filesBytes] = files.length;
    this.#words[Word.deniedBytes] = denied.length;
    this.#floats[Slot.durationMs] = usage.durationMs;
    this.#floats[Slot.memoryBytes] = usage.memoryBytes;
    this.#longs[Slot.fuelConsumed] = usage.fuelConsumed;
    this.passBack();
    return true;
  }

  /**
   * Asks the host for something in the middle of a call, and blocks until it
   * replies. What it asks with must fit into the smallest answer.
   *
   * @throws {GuestStopped} when the guest is told to stop meanwhile.
   */
  ask(kind: Ask, payload: Uint8Array, stopPage: StopPage): Reply {
    this.#write([payload]);
    this.#words[Word.ask] = kind;
    this.#words[Word.askedBytes] = payload.length;
    this.#pass(Turn.Ask);
    stopPage.waitUntil(() => Atomics.load(this.#words, Word.turn) !== Turn.Ask);
    const value = this.#words[Word.reply]!;
    return { value, payload: new Uint8Array(this.#buffers.request) };
  }

  /** Passes the turn back without an answer. */
  passBack(): void {
    this.#pass(Turn.Host);
  }

  #write(sections: readonly Uint8Array[]): void {
    const target = new Uint8Array(this.#buffers.answer);
    let at = 0;
    for (const section of sections) {
      target.set(section, at);
      at += section.length;
    }
  }

  #pass(turn: Turn): void {
    Atomics.store(this.#words, Word.turn, turn);
    Atomics.notify(this.#words, Word.turn);
  }
}
