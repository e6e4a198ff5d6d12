/**
 * The guest worker's end of the questions: asks, and blocks until the reply.
 */

import { ExecutionFailed } from "../errors.ts";
import type { StopPage } from "../stop_page.ts";
import {
  kindNamed,
  NEXT_PIECE,
  PIECE_BYTES,
  type QuestionKind,
  QuestionWord,
  type Reply,
} from "./questions.ts";
import type { QuestionBuffers } from "../contract/shared_buffers.ts";
import { SpinHabit } from "./spin_habit.ts";

const NOTHING: Uint8Array = new Uint8Array();

/**
 * How long to spin for a reply before sleeping: a host that is awake takes less
 * time, and one that sleeps takes about as long to wake up.
 */
const SPIN_MS = 0.05;

/** Asks the host questions during a call. */
export class GuestQuestions {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #question: Uint8Array<SharedArrayBuffer>;
  readonly #reply: Uint8Array<SharedArrayBuffer>;
  readonly #stopPage: StopPage;
  readonly #ring: () => void;
  readonly #habit = new SpinHabit();
  #maySpin = false;
  #call = 0;

  /** @param ring Wakes the host. */
  constructor(buffers: QuestionBuffers, stopPage: StopPage, ring: () => void) {
    this.#words = new Int32Array(buffers.words);
    this.#question = new Uint8Array(buffers.question);
    this.#reply = new Uint8Array(buffers.reply);
    this.#stopPage = stopPage;
    this.#ring = ring;
  }

  /**
   * Begins a call, to which later questions belong.
   *
   * @param maySpin Whether a core is free for spinning.
   */
  begin(call: number, maySpin: boolean): void {
    this.#call = call;
    this.#maySpin = maySpin;
  }

  /**
   * Asks, and blocks until the host has replied.
   *
   * @param room The maximum size of the reply, in bytes.
   * @throws {GuestStopped} when the guest is told to stop meanwhile.
   * @throws {ExecutionFailed} when the question is longer than its kind allows.
   */
  ask(kind: QuestionKind, payload: Uint8Array, room = 0): Reply {
    const { number, maxBytes } = kindNamed(kind);
    const total = payload.length;
    if (total > maxBytes) {
      throw new ExecutionFailed(
        `Guest asked for ${kind} with ${total} bytes, limit is ${maxBytes}`,
      );
    }
    let at = 0;
    for (; total - at > PIECE_BYTES; at += PIECE_BYTES) {
      this.#pass(number, total, payload.subarray(at, at + PIECE_BYTES), room);
    }
    this.#pass(number, total, at === 0 ? payload : payload.subarray(at), room);
    return { value: this.#words[QuestionWord.value]!, payload: this.#take() };
  }

  /** Copies the reply out, with all of its pieces. */
  #take(): Uint8Array {
    const total = this.#words[QuestionWord.replyTotalBytes]!;
    if (total === 0) return NOTHING;
    if (total <= PIECE_BYTES) return this.#reply.slice(0, total);
    const bytes = new Uint8Array(total);
    for (let at = 0;;) {
      const piece = this.#words[QuestionWord.replyPieceBytes]!;
      bytes.set(this.#reply.subarray(0, piece), at);
      at += piece;
      if (at === total) return bytes;
      this.#pass(NEXT_PIECE, 0, NOTHING, 0);
    }
  }

  /** One exchange: sends a piece to the host, and waits for its reply. */
  #pass(kind: number, total: number, piece: Uint8Array, room: number): void {
    // A guest can catch the error that ended its last question, and ask again.
    this.#stopPage.check();
    if (piece.length > 0) this.#question.set(piece);
    const number = (this.#words[QuestionWord.asked]! + 1) | 0;
    this.#words[QuestionWord.call] = this.#call;
    this.#words[QuestionWord.kind] = kind;
    this.#words[QuestionWord.totalBytes] = total;
    this.#words[QuestionWord.pieceBytes] = piece.length;
    this.#words[QuestionWord.room] = room;
    Atomics.store(this.#words, QuestionWord.asked, number);
    this.#ring();
    const isAnswered = () =>
      Atomics.load(this.#words, QuestionWord.answered) === number;
    if (this.#maySpin && this.#habit.shallSpin()) {
      const paid = spin(isAnswered);
      this.#habit.learn(paid);
      if (paid) return;
    }
    this.#stopPage.waitUntil(isAnswered);
  }
}

/** Spins for a while; returns whether the condition became true. */
function spin(isTrue: () => boolean): boolean {
  const end = performance.now() + SPIN_MS;
  while (performance.now() < end) if (isTrue()) return true;
  return isTrue();
}
