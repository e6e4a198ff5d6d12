/** Code mode as one tool: a program in, and what it returned out. */

import {
  type AnySandboxError,
  type CallOptions,
  ExecutionFailed,
  type JsonValue,
  SandboxError,
  type SandboxOptions,
  type Tool,
  type ToolCallOptions,
  ToolSandbox,
  type ToolSchema,
} from "../../../mod.ts";
import { readAnswer } from "../../interpreters/javascript/interpreter_answer.ts";
import { stripTypes } from "../../interpreters/typescript/strip_types.ts";
import { Bridge } from "./bridge.ts";
import { checkBudgets, type CodeBudgets } from "./budgets.ts";
import { type CodeResult, failingLine, resultText } from "./code_result.ts";
import { type CodeTools, type NamedTool, namedTools } from "./code_tool.ts";
import { declare } from "./declarations.ts";
import type { Gate } from "./gate.ts";
import { Interpreter } from "./interpreter.ts";

/** Options of {@linkcode codeMode}. */
export interface CodeModeOptions {
  /** What programs may call: sandboxed tools, plain functions, MCP's tools. */
  readonly tools: CodeTools;
  /**
   * Limits and grants of the box; 30 s, 64 MiB and nothing granted by default.
   */
  readonly config?: SandboxOptions | undefined;
  /** How much of the tools one program may use. */
  readonly budgets?: Partial<CodeBudgets> | undefined;
  /** Approves, denies or changes each call; all are approved by default. */
  readonly gate?: Gate | undefined;
  /** The tool's own name; `run_code` by default. */
  readonly name?: string | undefined;
}

const DEFAULTS: SandboxOptions = {
  maxExecutionTime: 30_000,
  maxMemoryBytes: 64 * 1_048_576,
};
/** Of the way to the tools; what they may use is budgeted by itself. */
const HOST_FUNCTION_LIMITS = {
  calls: 100_000,
  argumentBytes: 2 ** 31,
  answerBytes: 2 ** 32,
  time: 2 ** 31 - 1,
};
const FILE = "program.js";
const BEFORE = "async()=>{";
const AFTER = "\n}";

/**
 * Makes a tool that runs programs with tools of their own.
 *
 * @throws {TypeError} for an option that does not exist or is impossible.
 * @throws {RangeError} for a value outside of its range.
 */
export function codeMode(options: CodeModeOptions): CodeMode {
  return new CodeMode(options);
}

/** A tool that runs programs; made by {@linkcode codeMode}. Close it at the end. */
export class CodeMode implements Tool, AsyncDisposable {
  /** TypeScript declarations of the tools, for the prompt. */
  readonly declarations: string;
  readonly #tools: ReadonlyMap<string, NamedTool>;
  readonly #budgets: CodeBudgets;
  readonly #gate: Gate | undefined;
  readonly #sandbox: ToolSandbox;
  readonly #interpreter: Interpreter;
  readonly #schema: ToolSchema;

  /** As {@linkcode codeMode}. */
  constructor(options: CodeModeOptions) {
    this.#tools = namedTools(options.tools);
    this.#budgets = checkBudgets(options.budgets ?? {});
    this.#gate = options.gate;
    this.declarations = declare(this.#tools.values());
    this.#schema = schemaOf(options.name ?? "run_code", this.declarations);
    this.#sandbox = new ToolSandbox({
      ...DEFAULTS,
      ...options.config,
      hostFunctionLimits: HOST_FUNCTION_LIMITS,
    });
    this.#interpreter = new Interpreter(this.#sandbox);
  }

  /** What a model is told, with the declarations of the tools. */
  schema(): ToolSchema {
    return this.#schema;
  }

  /** Loads the interpreter, so that the first program need not wait for it. */
  async warm(): Promise<void> {
    await this.#interpreter.warm();
  }

  /**
   * Runs a program in a fresh state, and never throws for what it does.
   *
   * @param code JavaScript or TypeScript: the body of an async function, a
   * script whose last expression is its value, or one function.
   * @param options Limits, files and streams of this run.
   * @throws {TypeError} for an option that does not exist or is impossible.
   * @throws the signal's reason when the run is aborted.
   */
  async run(code: string, options: CallOptions = {}): Promise<CodeResult> {
    const tooLong = this.#tooLong(code);
    if (tooLong) return tooLong;
    const first = await this.#attempt(code, code, options);
    if (!first.isUnparsed) return first.result;
    try {
      const plain = await plainBody(code);
      return plain === code
        ? first.result
        : (await this.#attempt(plain, code, options)).result;
    } catch (error) {
      // It is no TypeScript either; what is wrong as JavaScript says it best.
      if (!(error instanceof SandboxError)) throw error;
      return first.result;
    }
  }

  /**
   * Runs a program as a model calls it.
   *
   * @param args An object whose `code` is the program.
   * @returns what the program returned.
   * @throws {SandboxError} when the program throws or is ended.
   * @throws {TypeError} when there is no `code`.
   */
  async execute(
    args: unknown,
    options: ToolCallOptions = {},
  ): Promise<JsonValue> {
    const { code } = (args ?? {}) as { code?: unknown };
    if (typeof code !== "string") {
      throw new TypeError("Cannot run code: the argument code is not text");
    }
    const result = await this.run(code, { signal: options.signal });
    if (result.ok) return result.value ?? null;
    Object.defineProperty(result.error, "result", { value: result });
    throw result.error;
  }

  /** Runs a program, and answers in text what a model is to read. */
  async text(code: string, options?: CallOptions): Promise<string> {
    return resultText(await this.run(code, options));
  }

  /** Stops what runs, and ends the workers. */
  async close(): Promise<void> {
    await this.#interpreter.settle();
    await this.#sandbox.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #attempt(
    source: string,
    shown: string,
    options: CallOptions,
  ): Promise<{ readonly result: CodeResult; readonly isUnparsed: boolean }> {
    const bridge = new Bridge({
      tools: this.#tools,
      budgets: this.#budgets,
      gate: this.#gate,
    });
    try {
      const called = await this.#interpreter.call(
        {
          op: "run",
          source,
          name: FILE,
          tools: [...this.#tools.keys()],
          maxUnderWay: this.#budgets.inFlight,
        },
        {
          ...options,
          functions: { ...options.functions, exchange: bridge.exchange },
        },
      );
      bridge.end(new Error("The program has ended"));
      const { stdout, stderr, denied, usage } = called;
      const { calls, exhausted } = bridge;
      const record = { stdout, stderr, denied, usage, calls, exhausted };
      const fail = (error: AnySandboxError): CodeResult => ({
        ok: false,
        error,
        line: failingLine(shown, error),
        ...record,
      });
      if (!called.ok) return { result: fail(called.error), isUnparsed: false };
      try {
        const { value } = readAnswer(called.value);
        return { result: { ok: true, value, ...record }, isUnparsed: false };
      } catch (error) {
        if (!(error instanceof SandboxError)) throw error;
        return {
          result: fail(error as AnySandboxError),
          isUnparsed: isUnparsed(called.value),
        };
      }
    } finally {
      bridge.end(options.signal?.reason);
    }
  }

  #tooLong(code: string): CodeResult | undefined {
    const { sourceLength } = this.#budgets;
    if (code.length <= sourceLength) return undefined;
    return {
      ok: false,
      error: new ExecutionFailed(
        `Cannot run code: it has ${code.length} characters, limit is ${sourceLength}`,
      ),
      line: undefined,
      stdout: "",
      stderr: "",
      calls: [],
      exhausted: "sourceLength",
      denied: [],
      usage: undefined,
    };
  }
}

/** The program without types, as the body of the function that it may be. */
async function plainBody(code: string): Promise<string> {
  const plain = await stripTypes(`${BEFORE}${code}${AFTER}`, "program.ts");
  return plain.slice(BEFORE.length, plain.length - AFTER.length);
}

/** Whether the program did not even start, for how it is written. */
function isUnparsed(answer: JsonValue): boolean {
  const { error } = (answer ?? {}) as { error?: { isUnparsed?: unknown } };
  return error?.isUnparsed === true;
}

function schemaOf(name: string, declared: string): ToolSchema {
  return Object.freeze({
    name,
    description:
      `Runs JavaScript or TypeScript: the body of an async function that calls tools and returns a JSON value. There is no network and no file system but the tools. Call independent tools side by side with Promise.all, and return only what is needed.\n\n${declared}`,
    parameters: {
      type: "object",
      properties: {
        code: { type: "string", description: "The program" },
      },
      required: ["code"],
      additionalProperties: false,
    },
    dangerous: false,
    metadata: {},
    requiredScopes: [],
  });
}
