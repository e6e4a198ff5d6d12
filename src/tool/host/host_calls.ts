/**
 * Host functions for one guest call. The guest chooses the name and the
 * arguments; the functions are the host's own, but may throw, answer late or
 * never, or return something that is not JSON.
 */

import {
  decodeHostQuestion,
  HostError,
  HostOp,
  type HostQuestion,
} from "../../channel/host_layout.ts";
import type { Question, Reply } from "../../channel/questions.ts";
import type {
  HostCallContext,
  HostFunction,
  NumericFunction,
} from "../../config/host_function.ts";
import type { HostFunctionLimits } from "../../config/host_function_limits.ts";
import { HostFunctionError } from "../../errors.ts";
import type { QuestionHandler } from "../../host/guest/question_desk.ts";
import type { CallScope } from "../../host/pool/call_scope.ts";
import { HostBudget } from "./host_budget.ts";
import { HostCallLog, type HostCallOutcome, NO_CALLS } from "./host_call.ts";
import { CallTimer } from "./call_timer.ts";
import { callable, type CallableFunction, encodeList } from "./callable.ts";
import { UnusableArguments } from "./host_arguments.ts";

const ENCODER = new TextEncoder();
const MAX_MESSAGE_LENGTH = 4_096;

/** The host functions of a call, and their limits. */
export interface HostCallOptions {
  readonly functions: ReadonlyMap<string, HostFunction>;
  readonly numericFunctions: readonly NumericFunction[];
  readonly limits: HostFunctionLimits;
  readonly scope: CallScope;
}

/**
 * One guest's access to host functions; created lazily, as most guests never
 * use it.
 */
export class HostCalls {
  readonly #options: HostCallOptions;
  #desk: HostCallDesk | undefined;

  constructor(options: HostCallOptions) {
    this.#options = options;
  }

  /** The calls so far. */
  get log(): HostCallLog {
    return this.#desk?.log ?? NO_CALLS;
  }

  /** Answers one question. Never throws or rejects. */
  readonly handler: QuestionHandler = (question) => {
    this.#desk ??= new HostCallDesk(this.#options);
    return this.#desk.answer(question);
  };

  /** Aborts the running function: its caller is gone. */
  end(reason?: unknown): void {
    this.#desk?.end(reason);
  }
}

/** Answers one guest's host function calls. */
class HostCallDesk {
  readonly #options: HostCallOptions;
  /** The remaining limits. */
  readonly budget: HostBudget;
  /** The calls so far. */
  readonly log: HostCallLog = new HostCallLog();
  /** The timer of the running call. */
  readonly timer: CallTimer = new CallTimer();
  /** The running call: at most one, as a guest waits for each. */
  #running: RunningCall | undefined;

  constructor(options: HostCallOptions) {
    this.#options = options;
    this.budget = new HostBudget(options.limits);
  }

  answer(question: Question): Reply | Promise<Reply> {
    const asked = decodeHostQuestion(question.payload);
    if (!asked) return refusal(HostError.Invalid, "The name is not UTF-8");
    const call = new RunningCall(asked, question, this);
    const exceeded = this.budget.call(asked.payload.length);
    if (exceeded !== undefined) return call.exceed(exceeded);
    if (asked.op === HostOp.List) {
      return call.answer(encodeList(this.#options.functions.values()));
    }
    const found = callable(asked, this.#options);
    if (typeof found === "string") return call.refuse(HostError.Unknown, found);
    const tooOften = this.budget.callOf(found);
    if (tooOften !== undefined) return call.exceed(tooOften);
    this.#running = call;
    return call.run(found, this.#options.scope);
  }

  end(reason: unknown): void {
    this.#running?.stop(reason);
    this.#running = undefined;
    this.timer.close();
  }
}

/** One call of a function, from its question to its reply. */
class RunningCall {
  readonly #name: string;
  readonly #argumentBytes: number;
  readonly #room: number;
  readonly #of: HostCallDesk;
  readonly #startedAt = performance.now();
  #abort: AbortController | undefined;
  #isOver = false;
  /** Resolves the reply's promise, if one was created. */
  #resolve: ((reply: Reply) => void) | undefined;

  constructor(
    { op, name, payload }: HostQuestion,
    { room }: Question,
    of: HostCallDesk,
  ) {
    this.#name = op === HostOp.List ? "list" : name;
    this.#argumentBytes = payload.length;
    this.#room = room;
    this.#of = of;
  }

  /** Runs a function; returns a promise only if the function does. */
  run(found: CallableFunction, scope: CallScope): Reply | Promise<Reply> {
    try {
      const value = scope.run(() => found.run(this.#context()));
      if (!isThenable(value)) return this.#answerWith(found, value);
      return this.#wait(found, value);
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Ends the call: its guest is gone. */
  stop(reason: unknown): void {
    if (this.#isOver) return;
    this.#end("stopped", 0, "The call ended before the function did");
    this.#settle(refusal(HostError.Limit, "The call has ended"));
    this.#abort?.abort(reason);
  }

  /** Replies that a limit is exceeded. */
  exceed(what: string): Reply {
    return this.refuse(HostError.Limit, `Host functions allow no ${what}`);
  }

  /** Replies that the function was refused or stopped. */
  refuse(code: HostError, message: string): Reply {
    this.#end("refused", 0, message);
    return refusal(code, message);
  }

  /** Replies with an answer. */
  answer(bytes: Uint8Array): Reply {
    const exceeded = this.#of.budget.answer(bytes.length, this.#room);
    if (exceeded !== undefined) return this.exceed(exceeded);
    this.#end("answered", bytes.length);
    return { value: 0, payload: bytes };
  }

  #context(): HostCallContext {
    const signal = () => (this.#abort ??= aborted(this.#isOver)).signal;
    return {
      name: this.#name,
      number: this.#of.budget.calls,
      // Created lazily: most functions never use it, and it costs more than
      // they do.
      get signal() {
        return signal();
      },
    };
  }

  #wait(
    found: CallableFunction,
    value: PromiseLike<unknown>,
  ): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#resolve = resolve;
    const ms = Math.min(found.timeout ?? Infinity, this.#of.budget.timeLeftMs);
    this.#of.timer.begin(ms, () => this.#expire(found, ms));
    // A throwing `then` rejects instead of throwing here.
    Promise.resolve(value).then(
      (late) => this.#settle(this.#late(() => this.#answerWith(found, late))),
      (error) => this.#settle(this.#late(() => this.#fail(error))),
    );
    return promise;
  }

  #expire({ timeout }: CallableFunction, ms: number): void {
    const what = ms === timeout ? `more than ${ms} ms for it` : "more time";
    this.#settle(this.#late(() => this.exceed(what)));
    this.#abort?.abort();
  }

  #answerWith(found: CallableFunction, value: unknown): Reply {
    try {
      return this.answer(found.encode(value, this.#room));
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): Reply {
    const message = error instanceof HostFunctionError
      ? error.message.slice(0, MAX_MESSAGE_LENGTH)
      : `Host function ${this.#name} failed`;
    const isInvalid = error instanceof UnusableArguments;
    this.#end(isInvalid ? "refused" : "failed", 0, textOf(error));
    return refusal(
      isInvalid ? HostError.Invalid : HostError.Failed,
      isInvalid ? error.message : message,
    );
  }

  /** Undefined once the call is over: it is logged only once. */
  #late(reply: () => Reply): Reply | undefined {
    return this.#isOver ? undefined : reply();
  }

  #settle(reply: Reply | undefined): void {
    if (!reply) return;
    this.#of.timer.end();
    this.#resolve?.(reply);
  }

  #end(outcome: HostCallOutcome, answerBytes: number, error?: string): void {
    this.#isOver = true;
    const durationMs = performance.now() - this.#startedAt;
    this.#of.budget.spend(durationMs);
    this.#of.log.add({
      name: this.#name,
      durationMs,
      argumentBytes: this.#argumentBytes,
      answerBytes,
      outcome,
      ...error !== undefined && { error },
    });
  }
}

function refusal(code: HostError, message: string): Reply {
  return { value: -code, payload: ENCODER.encode(message) };
}

function aborted(isOver: boolean): AbortController {
  const controller = new AbortController();
  if (isOver) controller.abort();
  return controller;
}

/** The thrown value may be anything, with or without a usable message. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "unknown error";
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") &&
    value !== null && typeof (value as { then?: unknown }).then === "function";
}
