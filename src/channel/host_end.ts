/**
 * The host's end of the channel. Everything that the guest's end writes is
 * untrusted: every length and state is validated as if it came from the
 * network.
 */

import { ExecutionFailed } from "../errors.ts";
import type { StopPage } from "../stop_page.ts";
import { HostQuestions } from "./host_questions.ts";
import {
  type CallAnswer,
  type CallRequest,
  CHANNEL_VERSION,
  HEADER_BYTES,
  reserve,
  Slot,
  Status,
  Turn,
  Word,
} from "./layout.ts";
import type { ChannelBuffers } from "../contract/shared_buffers.ts";
import { copyBytes } from "../pieces/collect_bytes.ts";

const NOTHING = new Uint8Array();
const ENCODER = new TextEncoder();
const FIRST_BYTES = 65_536;
/** Bytes copied before yielding: new memory costs some 0.8 ms per MiB. */
const COPIED_AT_ONCE_BYTES = 1024 * 1024;
/** Longest time in microseconds that the guest spins before it sleeps. */
const GUEST_SPIN_US = 100;

/** The maximum sizes of the buffers. */
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
  /** The guest's questions during a call. */
  readonly questions: HostQuestions;
  /** The number of the last call. */
  #call = 0;

  constructor(bounds: ChannelBounds, stopPage: StopPage) {
    const header = new SharedArrayBuffer(HEADER_BYTES);
    this.questions = new HostQuestions(stopPage);
    this.buffers = {
      questions: this.questions.buffers,
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
   * Blocks until it is the host's turn, the guest asks a question, or the time
   * has passed.
   */
  isHostsTurnWithin(ms: number): boolean {
    const { bell } = this;
    if (!this.isHostsTurn) Atomics.wait(this.#words, Word.bell, bell, ms);
    return this.isHostsTurn;
  }

  /**
   * Passes a request to the guest; its questions are accepted from now on.
   *
   * @param spin Whether the guest may spin for its next request.
   * @throws {ExecutionFailed} when the request is larger than the bound.
   */
  call(request: CallRequest, spin: boolean): void {
    const meta = request.meta === "" ? NOTHING : ENCODER.encode(request.meta);
    const bytes = meta.length + request.payload.length;
    if (!reserve(this.buffers.request, bytes)) {
      throw new ExecutionFailed(
        `Cannot send ${bytes} bytes to a guest, limit is ${this.buffers.request.maxByteLength}`,
      );
    }
    const target = new Uint8Array(this.buffers.request);
    target.set(meta);
    target.set(request.payload, meta.length);
    this.#call = (this.#call + 1) | 0;
    this.questions.begin(this.#call);
    this.#words[Word.call] = this.#call;
    this.#words[Word.op] = request.op;
    this.#words[Word.module] = request.module;
    this.#words[Word.metaBytes] = meta.length;
    this.#words[Word.payloadBytes] = request.payload.length;
    this.#words[Word.spin] = spin ? GUEST_SPIN_US : 0;
    this.#pass(Turn.Call);
  }

  /** Makes the guest read its posted messages. */
  mail(): void {
    this.#pass(Turn.Mail);
  }

  /** Makes the guest end. */
  close(): void {
    this.#pass(Turn.Close);
  }

  /** The same as soon as it is the host's turn, if ever. */
  async closeWhenBack(): Promise<void> {
    for (;;) {
      const { bell } = this;
      if (this.isHostsTurn) break;
      await this.rung(bell);
    }
    this.close();
  }

  /**
   * Revokes a call that the guest has not taken, and ends the guest instead;
   * false if the guest has taken it, and so may have done anything. A revoked
   * call stays revoked.
   */
  revoke(): boolean {
    const was = Atomics.compareExchange(
      this.#words,
      Word.turn,
      Turn.Call,
      Turn.Close,
    );
    Atomics.notify(this.#words, Word.turn);
    return was === Turn.Call || was === Turn.Close;
  }

  /** Whether the worker still has work to do after its answer. */
  get isSettling(): boolean {
    return this.#words[Word.settling] !== 0;
  }

  /** How often the bell was rung; read it before anything else. */
  get bell(): number {
    return Atomics.load(this.#words, Word.bell);
  }

  /**
   * Resolves when the bell is rung again; undefined if it was rung in the
   * meantime. Does not keep the process alive.
   */
  rung(bell: number): Promise<unknown> | undefined {
    const wait = Atomics.waitAsync(this.#words, Word.bell, bell);
    return wait.async ? wait.value : undefined;
  }

  /** Wakes whoever waits for the guest, as the guest itself does. */
  ring(): void {
    Atomics.add(this.#words, Word.bell, 1);
    Atomics.notify(this.#words, Word.bell);
  }

  /**
   * Copies the answer out, in pieces if it is long; undefined if it is invalid.
   * No other request may be made before.
   */
  answer(): CallAnswer | undefined | Promise<CallAnswer | undefined> {
    if (!this.#isAnswered) return undefined;
    const status = this.#words[Word.status];
    if (status !== Status.Value && status !== Status.Error) return undefined;
    const lengths = [
      Word.valueBytes,
      Word.stdoutBytes,
      Word.stderrBytes,
      Word.filesBytes,
      Word.deniedBytes,
    ].map((word) => this.#words[word]!);
    if (lengths.some((length) => length < 0)) return undefined;
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (total > this.buffers.answer.byteLength) return undefined;
    // Copied once, so that nothing can change between check and use.
    const shared = new Uint8Array(this.buffers.answer, 0, total);
    return total <= COPIED_AT_ONCE_BYTES
      ? this.#toAnswer(status, lengths, shared.slice())
      : copyBytes(shared)
        .then((bytes) => this.#toAnswer(status, lengths, bytes));
  }

  #toAnswer(
    status: Status,
    lengths: readonly number[],
    bytes: Uint8Array,
  ): CallAnswer | undefined {
    if (!this.#isAnswered) return undefined;
    const [valueBytes, ...others] = lengths;
    let at = valueBytes!;
    // Most are empty, and creating a view costs more than this check.
    const [stdout, stderr, files, denied] = others.map((length) =>
      length === 0 ? NOTHING : bytes.subarray(at, at += length)
    );
    return {
      status,
      // Never shared memory, as the caller may transfer it.
      value: bytes.subarray(0, valueBytes),
      stdout: stdout!,
      stderr: stderr!,
      isCut: this.#words[Word.cut] !== 0,
      files: files!,
      denied: denied!,
      usage: {
        durationMs: this.#floats[Slot.durationMs]!,
        memoryBytes: this.#floats[Slot.memoryBytes]!,
        fuelConsumed: this.#longs[Slot.fuelConsumed]!,
        peakMemoryBytes: this.#floats[Slot.peakMemoryBytes]!,
        restoreMs: this.#floats[Slot.restoreMs]!,
      },
    };
  }

  /** Whether the answer in the buffer belongs to the last call. */
  get #isAnswered(): boolean {
    return this.isHostsTurn && this.#words[Word.answeredCall] === this.#call;
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
