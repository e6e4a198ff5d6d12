/**
 * The bridge from one program to its tools. The program chooses names,
 * arguments and timing; tools may throw, answer late or never, or return
 * something that is not JSON. Calls run concurrently: each exchange sends new
 * calls and returns finished ones.
 */

import { HostFunctionError, type JsonValue } from "../../../mod.ts";
import type { BridgeCall, BridgeOutcome } from "./bridge_call.ts";
import type { BudgetName, CodeBudgets } from "./budgets.ts";
import type { NamedTool } from "./code_tool.ts";
import type { Gate, GateAnswer, GatedCall } from "./gate.ts";
import type { Misfit } from "./tool_check.ts";
import { type Exchange, readExchange, type StartedCall } from "./exchange.ts";

/** The tools and limits of a bridge. */
export interface BridgeOptions {
  readonly tools: ReadonlyMap<string, NamedTool>;
  readonly budgets: CodeBudgets;
  readonly gate: Gate | undefined;
}

/** An answer for the interpreter: JSON, or an error message. */
type Answer = [id: number, isAnswer: boolean, text: string];

/** Records the end of a call, with its answer or error. */
type EndCall = (
  outcome: BridgeOutcome,
  answer: string,
  isAnswer: boolean,
) => void;

/** Refused calls after which a program is ended, as it ignores the refusals. */
const MAX_REFUSED = 100;
const MAX_NAME_LENGTH = 128;
const MAX_MESSAGE_LENGTH = 2_000;
const ENCODER = new TextEncoder();

/** Why a call was not made. */
class Refusal extends Error {
  readonly outcome: BridgeOutcome;
  readonly budget: BudgetName | undefined;

  constructor(outcome: BridgeOutcome, message: string, budget?: BudgetName) {
    super(message);
    this.outcome = outcome;
    this.budget = budget;
  }
}

/** Answers the tool calls of one program. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #abort = new AbortController();
  readonly #calls: BridgeCall[] = [];
  readonly #callsOf = new Map<string, number>();
  readonly #running = new Map<number, EndCall>();
  #done: Answer[] = [];
  #wake: (() => void) | undefined;
  #count = 0;
  #refused = 0;
  #argumentBytes = 0;
  #answerBytes = 0;
  #exhausted: BudgetName | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** The calls, in order of completion. */
  get calls(): readonly BridgeCall[] {
    return this.#calls;
  }

  /** The first budget that was exhausted. */
  get exhausted(): BudgetName | undefined {
    return this.#exhausted;
  }

  /**
   * Starts calls, and waits until one is done or the time has passed. With a
   * time of 0 it never waits: the program also waits for the network.
   */
  readonly exchange = (asked: JsonValue): JsonValue | Promise<JsonValue> => {
    const { calls, waitMs } = readExchange(asked);
    for (const call of calls) {
      this.#start(call);
      if (this.#refused <= MAX_REFUSED) continue;
      throw new HostFunctionError(
        `More than ${MAX_REFUSED} calls of tools were refused`,
      );
    }
    // Finished calls are answered synchronously, which takes half the time.
    return this.#done.length > 0 || this.#running.size === 0 || waitMs === 0
      ? this.#taken()
      : this.#next(waitMs).then(() => this.#taken());
  };

  /** Called when the program has ended: aborts and records running calls. */
  end(reason: unknown): void {
    for (const end of [...this.#running.values()]) {
      end("stopped", "The program ended first", false);
    }
    this.#running.clear();
    this.#abort.abort(reason);
    this.#wake?.();
  }

  #next(waitMs: Exchange["waitMs"]): Promise<void> {
    return new Promise((resolve) => {
      const timer = waitMs === undefined
        ? undefined
        : setTimeout(() => this.#wake?.(), waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #taken(): JsonValue {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #start({ id, name, args }: StartedCall): void {
    if (this.#running.has(id)) {
      throw new HostFunctionError(`Call ${id} is under way already`);
    }
    const startedAt = performance.now();
    const argumentBytes = bytesOf(JSON.stringify(args));
    const end: EndCall = (outcome, answer, isAnswer) => {
      if (!this.#running.delete(id)) return;
      this.#calls.push({
        name: name.slice(0, MAX_NAME_LENGTH),
        argumentBytes,
        answerBytes: isAnswer ? bytesOf(answer) : 0,
        durationMs: performance.now() - startedAt,
        outcome,
        ...!isAnswer && { error: answer },
      });
      this.#done.push([id, isAnswer, answer]);
      this.#wake?.();
    };
    this.#running.set(id, end);
    const fail = (error: unknown) => {
      const { outcome, message } = this.#failure(error, name);
      end(outcome, message, false);
    };
    const succeed = (value: unknown) => {
      try {
        const text = this.#answer(value);
        const settle = (misfit: Misfit) =>
          misfit === undefined
            ? end("answered", text, true)
            : end("failed", misfit, false);
        const misfit = this.#options.tools.get(name)?.check.answer(text);
        if (misfit instanceof Promise) misfit.then(settle, fail);
        else settle(misfit);
      } catch (error) {
        fail(error);
      }
    };
    try {
      const value = this.#call(name, args, argumentBytes);
      // A throwing `then` rejects instead of throwing here.
      if (isThenable(value)) Promise.resolve(value).then(succeed, fail);
      else succeed(value);
    } catch (error) {
      fail(error);
    }
  }

  /** The tool's answer, or a promise of it. */
  #call(name: string, args: JsonValue, argumentBytes: number): unknown {
    const number = ++this.#count;
    const tool = this.#admitted(name, number, argumentBytes);
    const { signal } = this.#abort;
    // A call without arguments counts as one with an empty object.
    const given = args === null && tool.parameters ? {} : args;
    if (!this.#options.gate) return this.#execute(tool, given);
    return this.#gated({ name, args: given, number, signal })
      .then((gated) => this.#execute(tool, gated));
  }

  /** Calls the tool, if the arguments match its schema. */
  #execute(tool: NamedTool, args: JsonValue): unknown {
    const { signal } = this.#abort;
    const call = (misfit: Misfit) => {
      if (misfit !== undefined) throw new Refusal("refused", misfit);
      return tool.execute(args, { signal });
    };
    const misfit = tool.check.args(args);
    return misfit instanceof Promise ? misfit.then(call) : call(misfit);
  }

  /** The answer as JSON, within its budget. */
  #answer(value: unknown): string {
    const text = JSON.stringify(value) ?? "null";
    this.#answerBytes += bytesOf(text);
    this.#check("answerBytes", this.#answerBytes, "bytes of answers");
    return text;
  }

  /** The arguments that the gate approves. */
  async #gated(call: GatedCall): Promise<JsonValue> {
    const { gate } = this.#options;
    if (!gate) return call.args;
    try {
      return allowed(await gate(call), call.args);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal("denied", messageOf(error, call.name));
    }
  }

  #admitted(name: string, number: number, argumentBytes: number): NamedTool {
    this.#check("calls", number, "calls of tools");
    this.#check("inFlight", this.#running.size, "calls under way");
    this.#argumentBytes += argumentBytes;
    this.#check("argumentBytes", this.#argumentBytes, "bytes of arguments");
    const tool = this.#options.tools.get(name);
    if (!tool) throw new Refusal("refused", "There is no such tool");
    const calls = (this.#callsOf.get(name) ?? 0) + 1;
    this.#callsOf.set(name, calls);
    if (tool.maxCalls !== undefined && calls > tool.maxCalls) {
      throw new Refusal(
        "refused",
        `No more than ${tool.maxCalls} calls of it are allowed`,
      );
    }
    return tool;
  }

  #check(budget: BudgetName, used: number, what: string): void {
    const limit = this.#options.budgets[budget];
    if (used <= limit) return;
    throw new Refusal(
      "refused",
      `No more than ${limit} ${what} are allowed`,
      budget,
    );
  }

  #failure(
    error: unknown,
    name: string,
  ): { readonly outcome: BridgeOutcome; readonly message: string } {
    const message = messageOf(error, name).slice(0, MAX_MESSAGE_LENGTH);
    if (!(error instanceof Refusal)) return { outcome: "failed", message };
    this.#exhausted ??= error.budget;
    this.#refused++;
    return { outcome: error.outcome, message };
  }
}

/** The arguments that the gate lets through. */
function allowed(answer: GateAnswer, args: JsonValue): JsonValue {
  if (answer === true) return args;
  if (typeof answer === "object" && answer !== null) {
    if ("args" in answer) return answer.args;
    throw new Refusal("denied", `The call was denied: ${answer.deny}`);
  }
  throw new Refusal("denied", "The call was denied");
}

function bytesOf(text: string): number {
  return ENCODER.encode(text).length;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") &&
    value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** The thrown value may be anything, with or without a usable message. */
function messageOf(error: unknown, name: string): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return `Tool ${name} failed`;
  }
}
