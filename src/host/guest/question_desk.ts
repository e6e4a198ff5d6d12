/**
 * Who answers what a guest asks in the middle of a call: a table of handlers by
 * the kind of question. Some belong to the worker, the others to the call.
 */

import type { HostQuestions } from "../../channel/host_questions.ts";
import type { Question, QuestionKind, Reply } from "../../channel/questions.ts";

/**
 * Answers one kind of question. Without a promise the guest goes on at once;
 * what is thrown ends the call with it.
 */
export type QuestionHandler = (
  question: Question,
) => Reply | PromiseLike<Reply>;

/** Handlers by the kind that they answer. */
export type QuestionHandlers = Readonly<
  Partial<Record<QuestionKind, QuestionHandler>>
>;

/** What a handler threw, wrapped: it may be anything, also `undefined`. */
export interface HandlerFailure {
  readonly error: unknown;
}

/** Answers the questions of one worker, call by call. */
export class QuestionDesk {
  readonly #questions: HostQuestions;
  readonly #own: QuestionHandlers;
  readonly #stop: () => void;
  #handlers: QuestionHandlers = {};
  #failure: HandlerFailure | undefined;

  /**
   * @param own The handlers of the worker itself; they come first.
   * @param stop Stops the guest of the call that is running.
   */
  constructor(
    questions: HostQuestions,
    own: QuestionHandlers,
    stop: () => void,
  ) {
    this.#questions = questions;
    this.#own = own;
    this.#stop = stop;
  }

  /** Begins a call. */
  begin(handlers: QuestionHandlers): void {
    this.#handlers = handlers;
    this.#failure = undefined;
  }

  /**
   * Ends the call: a handler that has not answered yet, or fails later, finds
   * nobody.
   *
   * @returns what a handler threw during the call, if one did.
   */
  end(): HandlerFailure | undefined {
    this.#questions.end();
    this.#handlers = {};
    return this.#failure;
  }

  /**
   * Looks at what the guest asks; false when it asks for what can't be, which
   * no sound worker does.
   */
  attend(): boolean {
    const question = this.#questions.take();
    if (question === "part") return true;
    if (question === "malformed") return false;
    const handler = this.#own[question.kind] ?? this.#handlers[question.kind];
    if (!handler) return false;
    this.#answer(question, handler);
    return true;
  }

  #answer(question: Question, handler: QuestionHandler): void {
    try {
      const reply = handler(question);
      if (!isPromise(reply)) return this.#questions.reply(question, reply);
      reply.then(
        (late) => this.#replyLate(question, late),
        (error) => this.#fail(question, error),
      );
    } catch (error) {
      this.#fail(question, error);
    }
  }

  #replyLate(question: Question, reply: Reply): void {
    try {
      this.#questions.reply(question, reply);
    } catch (error) {
      this.#fail(question, error);
    }
  }

  /** Ends the call with what a handler threw, if it is still that call. */
  #fail(question: Question, error: unknown): void {
    if (!this.#questions.isOpen(question)) return;
    this.#failure ??= { error };
    this.#stop();
  }
}

function isPromise(
  reply: Reply | PromiseLike<Reply>,
): reply is PromiseLike<Reply> {
  return "then" in reply;
}
