/**
 * The host's end of the channel. What the guest's end wrote is hostile: every
 * length and state is checked as if it came from the network.
 */

import {
  type CallAnswer,
  type CallRequest,
  CHANNEL_VERSION,
  type ChannelBuffers,
  HEADER_BYTES,
  reserve,
  Slot,
  Status,
  Turn,
  Word,
} from "./layout.ts";

const FIRST_BYTES = 65_536;
/** Longest time in microseconds that the guest spins before it sleeps. */
const GUEST_SPIN_US = 50;

/** How far the buffers may grow. */
export interface ChannelBounds {
  readonly maxRequestBytes: number;
  readonly maxAnswerBytes: number;
}

/** Writes requests, waits for answers and reads them. */
export class HostEnd {
  readonly buffers: ChannelBuffers;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #floats: Float64Array<SharedArrayBuffer>;
  readonly #longs: BigInt64Array<SharedArrayBuffer>;

  constructor(bounds: ChannelBounds) {
    const header = new SharedArrayBuffer(HEADER_BYTES);
    this.buffers = {
      header,
      request: growable(bounds.maxRequestBytes),
      answer: growable(bounds.maxAnswerBytes),
    };
    this.#words = new Int32Array(header);
    this.#floats = new Float64Array(header);
    this.#longs = new BigInt64Array(header);
    this.#words[Word.version] = CHANNEL_VERSION;
  }

  /** Whether the guest has passed the turn back. */
  get isHostsTurn(): boolean {
    return Atomics.load(this.#words, Word.turn) === Turn.Host;
  }

  /**
   * Passes a request to the guest.
   *
   * @param spin Whether the guest may spin for its next request.
   * @throws {RangeError} when the request is larger than the bound.
   */
  call(request: CallRequest, spin: boolean): void {
    const name = new TextEncoder().encode(request.name);
    const bytes = name.length + request.payload.length;
    if (!reserve(this.buffers.request, bytes)) {
      throw new RangeError(
        `Cannot send ${bytes} bytes to a guest, limit is ${this.buffers.request.maxByteLength}`,
      );
    }
    const target = new Uint8Array(this.buffers.request);
    target.set(name);
    target.set(request.payload, name.length);
    this.#words[Word.op] = request.op;
    this.#words[Word.module] = request.module;
    this.#words[Word.nameBytes] = name.length;
    this.#words[Word.payloadBytes] = request.payload.length;
    this.#words[Word.spin] = spin ? GUEST_SPIN_US : 0;
    this.#pass(Turn.Call);
  }

  /** Makes the guest read the messages that were posted to it. */
  mail(): void {
    this.#pass(Turn.Mail);
  }

  /** Makes the guest end. */
  close(): void {
    this.#pass(Turn.Close);
  }

  /**
   * Blocks for at most `us` microseconds until the turn comes back, and says
   * whether it has.
   */
  spin(us: number): boolean {
    const end = performance.now() + us / 1000;
    while (!this.isHostsTurn) if (performance.now() > end) return false;
    return true;
  }

  /** Resolves when the turn comes back. Does not keep the process alive. */
  async turnBack(): Promise<void> {
    for (;;) {
      const turn = Atomics.load(this.#words, Word.turn);
      if (turn === Turn.Host) return;
      const wait = Atomics.waitAsync(this.#words, Word.turn, turn);
      if (wait.async) await wait.value;
    }
  }

  /** Copies the answer out; undefined when what stands there is impossible. */
  answer(): CallAnswer | undefined {
    const status = this.#words[Word.status];
    if (status !== Status.Value && status !== Status.Error) return undefined;
    const lengths = [Word.valueBytes, Word.stdoutBytes, Word.stderrBytes]
      .map((word) => this.#words[word]!);
    if (lengths.some((length) => length < 0)) return undefined;
    const [valueBytes, stdoutBytes, stderrBytes] = lengths as [
      number,
      number,
      number,
    ];
    const total = valueBytes + stdoutBytes + stderrBytes;
    if (total > this.buffers.answer.byteLength) return undefined;
    // One copy, so that nothing can change between the check and the use.
    const bytes = new Uint8Array(this.buffers.answer, 0, total).slice();
    const stdoutEnd = valueBytes + stdoutBytes;
    return {
      status,
      value: bytes.subarray(0, valueBytes),
      stdout: bytes.subarray(valueBytes, stdoutEnd),
      stderr: bytes.subarray(stdoutEnd),
      usage: {
        durationMs: this.#floats[Slot.durationMs]!,
        memoryBytes: this.#floats[Slot.memoryBytes]!,
        fuelConsumed: this.#longs[Slot.fuelConsumed]!,
      },
    };
  }

  #pass(turn: Turn): void {
    Atomics.store(this.#words, Word.turn, turn);
    Atomics.notify(this.#words, Word.turn);
  }
}

function growable(maxByteLength: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.min(FIRST_BYTES, maxByteLength), {
    maxByteLength,
  });
}
