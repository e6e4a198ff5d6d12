/**
 * The host's end of the questions. Everything that the guest's end writes is
 * untrusted: numbers, kinds and lengths are validated as if they came from the
 * network.
 */

import type { StopPage } from "../stop_page.ts";
import {
  kindNumbered,
  NEXT_PIECE,
  type NumberedKind,
  PIECE_BYTES,
  type Question,
  questionBuffers,
  QuestionWord,
  type Reply,
} from "./questions.ts";
import type { QuestionBuffers } from "../contract/shared_buffers.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** A partially received question. */
interface PartialQuestion {
  readonly kind: NumberedKind;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** An exchange as read from the words. */
interface Passage {
  readonly number: number;
  readonly kind: number;
  readonly total: number;
  readonly piece: number;
  readonly room: number;
}

/** Takes questions and replies to them, one call at a time. */
export class HostQuestions {
  readonly buffers: QuestionBuffers = questionBuffers();
  readonly #words = new Int32Array(this.buffers.words);
  readonly #question = new Uint8Array(this.buffers.question);
  readonly #reply = new Uint8Array(this.buffers.reply);
  readonly #stopPage: StopPage;
  /** The number of the call that may ask, if one is running. */
  #call: number | undefined;
  /** The number of the last exchange that was read. */
  #seen = 0;
  /** The number of the question that waits for a reply. */
  #open: number | undefined;
  #partial: PartialQuestion | undefined;
  /** The rest of a long reply. */
  #rest: Uint8Array = NOTHING;

  constructor(stopPage: StopPage) {
    this.#stopPage = stopPage;
  }

  /** Begins a call, whose questions are accepted from now on. */
  begin(call: number): void {
    this.end();
    this.#call = call;
    // A guest asks nothing between calls: anything there is stale.
    this.#seen = Atomics.load(this.#words, QuestionWord.asked);
  }

  /** Ends the call: later replies to its questions are dropped. */
  end(): void {
    this.#call = undefined;
    this.#open = undefined;
    this.#partial = undefined;
    this.#rest = NOTHING;
  }

  /** Whether there is a question that was not yet read. */
  get isAsked(): boolean {
    return Atomics.load(this.#words, QuestionWord.asked) !== this.#seen;
  }

  /** Whether any question is waiting for a reply. */
  get isUnderWay(): boolean {
    return this.#open !== undefined;
  }

  /** Whether a question is still waiting for a reply. */
  isOpen({ number }: Question): boolean {
    return number === this.#open;
  }

  /**
   * Reads the current exchange, and copies a question out once it is complete.
   *
   * @returns `"part"` if the question is incomplete, or was withdrawn while it
   * was copied; `"malformed"` if it is invalid.
   */
  take(): Question | "part" | "malformed" {
    const passage = this.#passage();
    const { number, kind } = passage;
    this.#seen = number;
    if (this.#words[QuestionWord.call] !== this.#call) return "part";
    if (kind === NEXT_PIECE) return this.#passRest(number);
    const question = this.#copy(passage);
    if (question === "malformed") return question;
    // Overwritten meanwhile: the guest has moved on, and nobody waits.
    const isTorn = Atomics.load(this.#words, QuestionWord.asked) !== number ||
      this.#words[QuestionWord.call] !== this.#call;
    if (isTorn) {
      this.#partial = undefined;
      return "part";
    }
    if (question === "part") this.#pass(number, 0, 0, NOTHING);
    else this.#open = number;
    return question;
  }

  /**
   * Replies, and wakes the guest. Does nothing if the question is no longer
   * open: the guest was stopped, and may be in its next call.
   *
   * @throws {RangeError} when the reply is larger than the question's room.
   */
  reply(question: Question, { value, payload = NOTHING }: Reply): void {
    if (!this.isOpen(question)) return;
    const { length } = payload;
    if (length > question.room) {
      throw new RangeError(
        `Cannot reply to ${question.kind} with ${length} bytes, limit is ${question.room}`,
      );
    }
    this.#open = undefined;
    // Copied, as its owner may change it before the guest asks for the rest.
    if (length > PIECE_BYTES) this.#rest = payload.slice(PIECE_BYTES);
    const piece = length > PIECE_BYTES
      ? payload.subarray(0, PIECE_BYTES)
      : payload;
    this.#pass(question.number, value, length, piece);
  }

  #passage(): Passage {
    return {
      number: Atomics.load(this.#words, QuestionWord.asked),
      kind: this.#words[QuestionWord.kind]!,
      total: this.#words[QuestionWord.totalBytes]!,
      piece: this.#words[QuestionWord.pieceBytes]!,
      room: this.#words[QuestionWord.room]!,
    };
  }

  #copy(passage: Passage): Question | "part" | "malformed" {
    const { number, total, piece, room } = passage;
    const partial = this.#partial ?? begun(passage);
    if (!partial) return "malformed";
    const { kind, bytes, at } = partial;
    const isNext = kind.number === passage.kind && bytes.length === total &&
      piece === Math.min(PIECE_BYTES, total - at) && room >= 0;
    if (!isNext) return "malformed";
    if (piece > 0) bytes.set(this.#question.subarray(0, piece), at);
    if (at + piece < total) {
      this.#partial = { kind, bytes, at: at + piece };
      return "part";
    }
    this.#partial = undefined;
    return { number, kind: kind.name, payload: bytes, room };
  }

  #passRest(number: number): "part" | "malformed" {
    const rest = this.#rest;
    if (rest.length === 0) return "malformed";
    const piece = rest.subarray(0, PIECE_BYTES);
    this.#rest = rest.subarray(piece.length);
    const total = this.#words[QuestionWord.replyTotalBytes]!;
    const value = this.#words[QuestionWord.value]!;
    this.#pass(number, value, total, piece);
    return "part";
  }

  #pass(number: number, value: number, total: number, piece: Uint8Array): void {
    if (piece.length > 0) this.#reply.set(piece);
    this.#words[QuestionWord.value] = value;
    this.#words[QuestionWord.replyTotalBytes] = total;
    this.#words[QuestionWord.replyPieceBytes] = piece.length;
    Atomics.store(this.#words, QuestionWord.answered, number);
    this.#stopPage.wake();
  }
}

/** Starts a question; undefined if it is invalid. */
function begun({ kind, total }: Passage): PartialQuestion | undefined {
  const entry = kindNumbered(kind);
  if (!entry || total < 0 || total > entry.maxBytes) return undefined;
  const bytes = total === 0 ? NOTHING : new Uint8Array(total);
  return { kind: entry, bytes, at: 0 };
}
