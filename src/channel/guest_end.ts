/** The guest worker's end of the channel. */

import type { StopPage } from "../stop_page.ts";
import { GuestQuestions } from "./guest_questions.ts";
import {
  type CallAnswer,
  type CallRequest,
  CHANNEL_VERSION,
  type Op,
  reserve,
  Slot,
  Turn,
  Word,
} from "./layout.ts";
import type { ChannelBuffers } from "../contract/shared_buffers.ts";
import { SpinHabit } from "./spin_habit.ts";

const nothing = () => {};

/** A name may start with a byte order mark, which is significant. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Waits for requests, reads them and writes answers. */
export class GuestEnd {
  readonly #buffers: ChannelBuffers;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #floats: Float64Array<SharedArrayBuffer>;
  readonly #longs: BigInt64Array<SharedArrayBuffer>;
  /** The guest's questions to the host during a call. */
  readonly questions: GuestQuestions;
  readonly #habit = new SpinHabit();
  /** The number of the last call taken. */
  #call = 0;

  /** @throws {Error} when the host uses another version. */
  constructor(buffers: ChannelBuffers, stopPage: StopPage) {
    this.#buffers = buffers;
    this.questions = new GuestQuestions(
      buffers.questions,
      stopPage,
      () => this.#ring(),
    );
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

  /**
   * Blocks until it is the guest's turn: spins first, then sleeps. When it
   * returns, the call has been taken.
   */
  next(): Turn {
    const spinMs = this.#words[Word.spin]! / 1000;
    if (spinMs > 0 && this.#habit.shallSpin()) {
      const turn = this.#spin(spinMs);
      this.#habit.learn(turn !== Turn.Host);
      if (turn !== Turn.Host) return turn;
    }
    for (;;) {
      const turn = this.#take();
      if (turn !== Turn.Host) return turn;
      Atomics.wait(this.#words, Word.turn, Turn.Host);
    }
  }

  /** The current request. Its payload stays valid until the answer. */
  request(): CallRequest {
    this.#call = this.#words[Word.call]!;
    this.questions.begin(this.#call, this.#words[Word.spin]! > 0);
    const metaBytes = this.#words[Word.metaBytes]!;
    const payloadBytes = this.#words[Word.payloadBytes]!;
    const meta = new Uint8Array(this.#buffers.request, 0, metaBytes);
    return {
      op: this.#words[Word.op] as Op,
      module: this.#words[Word.module]!,
      meta: metaBytes === 0 ? "" : UTF8.decode(meta),
      payload: new Uint8Array(this.#buffers.request, metaBytes, payloadBytes),
    };
  }

  /**
   * Writes an answer and passes the turn back; writes nothing and returns false
   * if it exceeds the bound.
   *
   * @param last Runs after the answer was copied, before the turn is passed.
   * @param settles Whether the worker still has work to do before its next
   * call.
   */
  answer(
    answer: CallAnswer,
    last: () => void = nothing,
    settles = false,
  ): boolean {
    const { value, stdout, stderr, files, denied, usage } = answer;
    const sections = [value, stdout, stderr, files, denied];
    const total = sections.reduce((sum, { length }) => sum + length, 0);
    if (!reserve(this.#buffers.answer, total)) return false;
    this.#write(sections);
    this.#words[Word.answeredCall] = this.#call;
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
    this.#floats[Slot.peakMemoryBytes] = usage.peakMemoryBytes;
    this.#floats[Slot.restoreMs] = usage.restoreMs;
    last();
    this.#words[Word.settling] = settles ? 1 : 0;
    this.passBack();
    return true;
  }

  /** Passes the turn back without an answer. */
  passBack(): void {
    Atomics.store(this.#words, Word.turn, Turn.Host);
    this.#ring();
  }

  #spin(ms: number): Turn {
    const end = performance.now() + ms;
    for (;;) {
      const turn = this.#take();
      if (turn !== Turn.Host || performance.now() > end) return turn;
    }
  }

  /** Reads the turn; takes a call, unless it was revoked. */
  #take(): Turn {
    const turn = Atomics.load(this.#words, Word.turn) as Turn;
    if (turn !== Turn.Call) return turn;
    return Atomics.compareExchange(
      this.#words,
      Word.turn,
      Turn.Call,
      Turn.Taken,
    ) as Turn;
  }

  #write(sections: readonly Uint8Array[]): void {
    const target = new Uint8Array(this.#buffers.answer);
    let at = 0;
    for (const section of sections) {
      if (section.length === 0) continue;
      target.set(section, at);
      at += section.length;
    }
  }

  /** Wakes the host. */
  #ring(): void {
    Atomics.add(this.#words, Word.bell, 1);
    Atomics.notify(this.#words, Word.bell);
  }
}
