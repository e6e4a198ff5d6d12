/**
 * Dispatches a guest's questions to handlers by kind. Some belong to the
 * worker, the others to the call.
 */

import type { HostQuestions } from "../../channel/host_questions.ts";
import type { Question, QuestionKind, Reply } from "../../channel/questions.ts";

/**
 * Answers one kind of question. Without a promise the guest continues
 * immediately; a thrown error ends the call.
 */
export type QuestionHandler = (
  question: Question,
) => Reply | PromiseLike<Reply>;

/** Handlers by kind of question. */
export type QuestionHandlers = Readonly<
  Partial<Record<QuestionKind, QuestionHandler>>
>;

/** What a handler threw, wrapped as it may be anything, even `undefined`. */
export interface HandlerFailure {
  readonly error: unknown;
}

/** What {@linkcode QuestionDesk.replied} resolves to. */
export const REPLIED = "replied";

/** Answers the questions of one worker, call by call. */
export class QuestionDesk {
  readonly #questions: HostQuestions;
  readonly #own: QuestionHandlers;
  readonly #stop: () => void;
  #handlers: QuestionHandlers = {};
  #failure: HandlerFailure | undefined;
  /** Resolved when the pending handler has replied, if anyone waits for it. */
  #replied: PromiseWithResolvers<typeof REPLIED> | undefined;

  /**
   * @param own The worker's own handlers, which take precedence.
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
   * Ends the call: later answers and failures of handlers are ignored.
   *
   * @returns what a handler threw during the call, if one did.
   */
  end(): HandlerFailure | undefined {
    this.#questions.end();
    this.#handlers = {};
    this.#replied = undefined;
    return this.#failure;
  }

  /**
   * Resolves once the pending handler has replied; undefined if none is
   * pending.
   */
  get replied(): Promise<typeof REPLIED> | undefined {
    if (!this.#questions.isUnderWay) return undefined;
    this.#replied ??= Promise.withResolvers();
    return this.#replied.promise;
  }

  /**
   * Handles the guest's question; false if it is malformed, which an intact
   * worker never sends.
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
    if (!this.#questions.isOpen(question)) return;
    try {
      this.#questions.reply(question, reply);
      this.#replied?.resolve(REPLIED);
      this.#replied = undefined;
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
