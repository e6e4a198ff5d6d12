/**
 * The tools of one program. The program chooses names, arguments and when to
 * call; tools may throw, answer late or never, or answer what is no JSON. Calls
 * run side by side: the program sends what it has, and gets what is done.
 */

import {
  type HostCallContext,
  HostFunctionError,
  type JsonValue,
} from "../../../mod.ts";
import type { BridgeCall, BridgeOutcome } from "./bridge_call.ts";
import type { BudgetName, CodeBudgets } from "./budgets.ts";
import type { NamedTool } from "./code_tool.ts";
import type { Gate, GateAnswer, GatedCall } from "./gate.ts";
import { type Exchange, readExchange, type StartedCall } from "./exchange.ts";

/** What a bridge leads to. */
export interface BridgeOptions {
  readonly tools: ReadonlyMap<string, NamedTool>;
  readonly budgets: CodeBudgets;
  readonly gate: Gate | undefined;
}

/** An answer as the interpreter reads it: JSON, or what went wrong. */
type Answer = [id: number, isAnswer: boolean, text: string];

/** A program that goes on calling has not understood that it may not. */
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

/** Answers what one program asks of its tools. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #abort = new AbortController();
  readonly #calls: BridgeCall[] = [];
  readonly #callsOf = new Map<string, number>();
  readonly #running = new Map<number, () => void>();
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

  /** What was called, in the order of their ends. */
  get calls(): readonly BridgeCall[] {
    return this.#calls;
  }

  /** The first budget that was used up. */
  get exhausted(): BudgetName | undefined {
    return this.#exhausted;
  }

  /** Starts calls, and waits until one is done or the time is over. */
  readonly exchange = async (
    asked: JsonValue,
    { signal }: HostCallContext,
  ): Promise<JsonValue> => {
    const { calls, waitMs } = readExchange(asked);
    for (const call of calls) this.#start(call);
    if (this.#refused > MAX_REFUSED) {
      throw new HostFunctionError(
        `More than ${MAX_REFUSED} calls of tools were refused`,
      );
    }
    if (this.#done.length === 0 && this.#running.size > 0) {
      await this.#next(waitMs, signal);
    }
    const done = this.#done;
    this.#done = [];
    return done;
  };

  /** The program has ended: what still runs is told so, and noted. */
  end(reason: unknown): void {
    for (const stop of [...this.#running.values()]) stop();
    this.#running.clear();
    this.#abort.abort(reason);
  }

  #next(waitMs: Exchange["waitMs"], signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = waitMs === undefined
        ? undefined
        : setTimeout(() => this.#wake?.(), waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      signal.addEventListener("abort", () => this.#wake?.(), { once: true });
    });
  }

  #start({ id, name, args }: StartedCall): void {
    if (this.#running.has(id)) {
      throw new HostFunctionError(`Call ${id} is under way already`);
    }
    const startedAt = performance.now();
    const argumentBytes = ENCODER.encode(JSON.stringify(args)).length;
    const end = (outcome: BridgeOutcome, answerBytes: number, why?: string) => {
      if (!this.#running.delete(id)) return false;
      this.#calls.push({
        name: name.slice(0, MAX_NAME_LENGTH),
        argumentBytes,
        answerBytes,
        durationMs: performance.now() - startedAt,
        outcome,
        ...why !== undefined && { error: why },
      });
      return true;
    };
    this.#running.set(id, () => end("stopped", 0, "The program ended first"));
    this.#answer(name, args, argumentBytes).then(
      (text) =>
        end("answered", ENCODER.encode(text).length) &&
        this.#finish([id, true, text]),
      (error) => {
        const { outcome, message } = this.#failure(error, name);
        if (end(outcome, 0, message)) this.#finish([id, false, message]);
      },
    );
  }

  #finish(answer: Answer): void {
    this.#done.push(answer);
    this.#wake?.();
  }

  async #answer(
    name: string,
    args: JsonValue,
    argumentBytes: number,
  ): Promise<string> {
    const number = ++this.#count;
    const tool = this.#admitted(name, number, argumentBytes);
    const { signal } = this.#abort;
    const gated = await this.#gated({ name, args, number, signal });
    const value = await tool.execute(gated, { signal });
    const text = JSON.stringify(value) ?? "null";
    this.#answerBytes += ENCODER.encode(text).length;
    this.#check("answerBytes", this.#answerBytes, "bytes of answers");
    return text;
  }

  /** What the tool is called with, by the gate's word. */
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

/** What was thrown may be anything, and say anything or nothing of itself. */
function messageOf(error: unknown, name: string): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return `Tool ${name} failed`;
  }
}
