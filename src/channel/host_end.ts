/**
 * The host's end of the channel. What the guest's end wrote is hostile: every
 * length and state is checked as if it came from the network.
 */

import {
  Ask,
  type CallAnswer,
  type CallRequest,
  CHANNEL_VERSION,
  type ChannelBuffers,
  HEADER_BYTES,
  type Question,
  type Reply,
  reserve,
  Slot,
  Status,
  Turn,
  Word,
} from "./layout.ts";

const NOTHING = new Uint8Array();
const ENCODER = new TextEncoder();
const FIRST_BYTES = 65_536;
/** Longest time in microseconds that the guest spins before it sleeps. */
const GUEST_SPIN_US = 100;

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
    const meta = request.meta === "" ? NOTHING : ENCODER.encode(request.meta);
    const bytes = meta.length + request.payload.length;
    if (!reserve(this.buffers.request, bytes)) {
      throw new RangeError(
        `Cannot send ${bytes} bytes to a guest, limit is ${this.buffers.request.maxByteLength}`,
      );
    }
    const target = new Uint8Array(this.buffers.request);
    target.set(meta);
    target.set(request.payload, meta.length);
    this.#words[Word.op] = request.op;
    this.#words[Word.module] = request.module;
    this.#words[Word.metaBytes] = meta.length;
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

  /**
   * Resolves with the turn when it is the host's again, at an answer or at a
   * question. Does not keep the process alive.
   */
  async turnBack(): Promise<Turn> {
    for (;;) {
      const turn = Atomics.load(this.#words, Word.turn) as Turn;
      if (turn === Turn.Host || turn === Turn.Ask) return turn;
      await this.#changeFrom(turn);
    }
  }

  /** Resolves when the guest does not wait for a reply any more. */
  async questionWithdrawn(): Promise<void> {
    while (Atomics.load(this.#words, Word.turn) === Turn.Ask) {
      await this.#changeFrom(Turn.Ask);
    }
  }

  /** Copies the question out; undefined when what stands there is none. */
  question(): Question | undefined {
    const kind = this.#words[Word.ask];
    const bytes = this.#words[Word.askedBytes]!;
    if (!isAsk(kind)) return undefined;
    if (bytes < 0 || bytes > this.buffers.answer.byteLength) return undefined;
    const payload = new Uint8Array(this.buffers.answer, 0, bytes).slice();
    return { kind, payload };
  }

  /**
   * Writes a reply and passes the turn to the guest, which then has to be
   * woken; does nothing when the guest was stopped meanwhile.
   */
  reply({ value, payload }: Reply): void {
    if (Atomics.load(this.#words, Word.turn) !== Turn.Ask) return;
    if (payload) {
      reserve(this.buffers.request, payload.length);
      new Uint8Array(this.buffers.request).set(payload);
    }
    this.#words[Word.reply] = value;
    Atomics.compareExchange(this.#words, Word.turn, Turn.Ask, Turn.Call);
  }

  /** Copies the answer out; undefined when what stands there is impossible. */
  answer(): CallAnswer | undefined {
    const status = this.#words[Word.status];
    if (status !== Status.Value && status !== Status.Error) return undefined;
    const sections = [
      Word.valueBytes,
      Word.stdoutBytes,
      Word.stderrBytes,
      Word.filesBytes,
      Word.deniedBytes,
    ].map((word) => this.#words[word]!);
    if (sections.some((length) => length < 0)) return undefined;
    const total = sections.reduce((sum, length) => sum + length, 0);
    if (total > this.buffers.answer.byteLength) return undefined;
    // One copy, so that nothing can change between the check and the use.
    const bytes = new Uint8Array(this.buffers.answer, 0, total).slice();
    let at = 0;
    const [value, stdout, stderr, files, denied] = sections
      .map((length) => bytes.subarray(at, at += length));
    return {
      status,
      value: value!,
      stdout: stdout!,
      stderr: stderr!,
      isCut: this.#words[Word.cut] !== 0,
      files: files!,
      denied: denied!,
      usage: {
        durationMs: this.#floats[Slot.durationMs]!,
        memoryBytes: this.#floats[Slot.memoryBytes]!,
        fuelConsumed: this.#longs[Slot.fuelConsumed]!,
      },
    };
  }

  async #changeFrom(turn: Turn): Promise<void> {
    const wait = Atomics.waitAsync(this.#words, Word.turn, turn);
    if (wait.async) await wait.value;
  }

  #pass(turn: Turn): void {
    Atomics.store(this.#words, Word.turn, turn);
    Atomics.notify(this.#words, Word.turn);
  }
}

function isAsk(value: unknown): value is Ask {
  return (Object.values(Ask) as unknown[]).includes(value);
}

function growable(maxByteLength: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.min(FIRST_BYTES, maxByteLength), {
    maxByteLength,
  });
}
