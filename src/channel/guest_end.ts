/** The guest worker's end of the channel. */

import {
  type CallAnswer,
  type CallRequest,
  CHANNEL_VERSION,
  type ChannelBuffers,
  type Op,
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
    const nameBytes = this.#words[Word.nameBytes]!;
    const payloadBytes = this.#words[Word.payloadBytes]!;
    const name = new Uint8Array(this.#buffers.request, 0, nameBytes);
    return {
      op: this.#words[Word.op] as Op,
      module: this.#words[Word.module]!,
      name: nameBytes === 0 ? "" : new TextDecoder().decode(name),
      payload: new Uint8Array(this.#buffers.request, nameBytes, payloadBytes),
    };
  }

  /** Whether an answer of so many bytes has room. */
  fits(bytes: number): boolean {
    return reserve(this.#buffers.answer, bytes);
  }

  /** Writes an answer that {@linkcode fits}, and passes the turn back. */
  answer(answer: CallAnswer): void {
    const { status, value, stdout, stderr, usage } = answer;
    reserve(
      this.#buffers.answer,
      value.length + stdout.length + stderr.length,
    );
    const target = new Uint8Array(this.#buffers.answer);
    target.set(value);
    target.set(stdout, value.length);
    target.set(stderr, value.length + stdout.length);
    this.#words[Word.status] = status;
    this.#words[Word.valueBytes] = value.length;
    this.#words[Word.stdoutBytes] = stdout.length;
    this.#words[Word.stderrBytes] = stderr.length;
    this.#floats[Slot.durationMs] = usage.durationMs;
    this.#floats[Slot.memoryBytes] = usage.memoryBytes;
    this.#longs[Slot.fuelConsumed] = usage.fuelConsumed;
    this.passBack();
  }

  /** Passes the turn back without an answer. */
  passBack(): void {
    Atomics.store(this.#words, Word.turn, Turn.Host);
    Atomics.notify(this.#words, Word.turn);
  }
}
