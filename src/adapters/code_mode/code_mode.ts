/** Code mode as a single tool: takes a program and returns its result. */

import type {
  CallOptions,
  JsonValue,
  SandboxOptions,
  SessionOptions,
  Tool,
  ToolCallOptions,
  ToolSchema,
} from "../../../mod.ts";
import { checkBudgets, type CodeBudgets } from "./budgets.ts";
import { type CodeResult, resultText } from "./code_result.ts";
import { type CodeTools, namedTools } from "./code_tool.ts";
import { declare } from "./declarations.ts";
import { declareFetch, reachesNetwork } from "./declare_fetch.ts";
import { type CodeSession, createCodeSession } from "./code_session.ts";
import type { Gate } from "./gate.ts";
import { ProgramBox, type ProgramSurroundings } from "./program_box.ts";

/** Options of {@linkcode codeMode}. */
export interface CodeModeOptions {
  /** What programs may call: sandboxed tools, plain functions, MCP tools. */
  readonly tools: CodeTools;
  /**
   * Limits and grants of the sandbox; 30 s, 64 MiB and no grants by default.
   */
  readonly config?: SandboxOptions | undefined;
  /** Limits on one program's use of tools. */
  readonly budgets?: Partial<CodeBudgets> | undefined;
  /** Approves, denies or changes each call; all are approved by default. */
  readonly gate?: Gate | undefined;
  /** The tool's own name; `run_code` by default. */
  readonly name?: string | undefined;
}

/**
 * Creates a tool that runs programs, which can call the given tools.
 *
 * @throws {TypeError} for an unknown or invalid option.
 * @throws {RangeError} for a value out of range.
 */
export function codeMode(options: CodeModeOptions): CodeMode {
  return new CodeMode(options);
}

/**
 * A tool that runs programs; created by {@linkcode codeMode}. Close it when
 * done.
 */
export class CodeMode implements Tool, AsyncDisposable {
  /**
   * TypeScript declarations of the tools, and of `fetch` where the network is
   * granted, for the prompt.
   */
  readonly declarations: string;
  readonly #given: ProgramSurroundings;
  readonly #box: ProgramBox;
  readonly #schema: ToolSchema;

  /** See {@linkcode codeMode}. */
  constructor(options: CodeModeOptions) {
    const tools = namedTools(options.tools);
    this.#given = {
      tools,
      budgets: checkBudgets(options.budgets ?? {}),
      gate: options.gate,
    };
    const { config = {} } = options;
    this.#box = new ProgramBox(config);
    this.declarations = declare(tools.values()) + declareFetch(config);
    this.#schema = schemaOf(
      options.name ?? "run_code",
      this.declarations,
      reachesNetwork(config),
    );
  }

  /** The schema for the model, with the declarations of the tools. */
  schema(): ToolSchema {
    return this.#schema;
  }

  /** Loads the interpreter ahead of the first program. */
  async warm(): Promise<void> {
    await this.#box.warm();
  }

  /**
   * Runs a program in a fresh state; returns its failures instead of throwing
   * them.
   *
   * @param code JavaScript or TypeScript: the body of an async function, a
   * script whose last expression is its value, or one function.
   * @param options Limits, files and streams of this run.
   * @throws {TypeError} for an unknown or invalid option.
   * @throws the signal's reason when the run is aborted.
   */
  async run(code: string, options: CallOptions = {}): Promise<CodeResult> {
    return await this.#box.run(code, this.#given, options);
  }

  /**
   * Opens a session: a program finds the variables and functions of those
   * before it. Work that they started and did not await is over: their timers
   * are gone, and a promise of a tool's answer or a response that they left is
   * rejected. Budgets are those of each program; a program that meets a limit
   * ends the session, unless it is opened with `rollback`.
   *
   * @throws {SandboxError} when the limit of sessions is reached.
   * @throws {TypeError} for an unknown or invalid option.
   */
  async session(options: SessionOptions = {}): Promise<CodeSession> {
    return createCodeSession(await this.#box.session(this.#given, options));
  }

  /**
   * Runs a program as a model calls it.
   *
   * @param args An object whose `code` is the program.
   * @returns what the program returned.
   * @throws {SandboxError} when the program throws or is stopped.
   * @throws {TypeError} when there is no `code`.
   */
  async execute(
    args: unknown,
    options: ToolCallOptions = {},
  ): Promise<JsonValue> {
    const { code } = (args ?? {}) as { code?: unknown };
    if (typeof code !== "string") {
      throw new TypeError("Cannot run code: the argument code is not a string");
    }
    const result = await this.run(code, { signal: options.signal });
    if (result.ok) return result.value ?? null;
    Object.defineProperty(result.error, "result", { value: result });
    throw result.error;
  }

  /** Runs a program, and returns its result as text for the model. */
  async text(code: string, options?: CallOptions): Promise<string> {
    return resultText(await this.run(code, options));
  }

  /** Stops running calls and ends the workers. */
  async close(): Promise<void> {
    await this.#box.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function schemaOf(
  name: string,
  declared: string,
  hasFetch: boolean,
): ToolSchema {
  const surroundings = hasFetch
    ? "There is no file system, and no network but the tools and fetch."
    : "There is no network and no file system but the tools.";
  return Object.freeze({
    name,
    description:
      `Runs JavaScript or TypeScript: the body of an async function that calls tools and returns a JSON value. ${surroundings} Call independent tools side by side with Promise.all, and return only what is needed.\n\n${declared}`,
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
