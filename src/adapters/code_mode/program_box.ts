/** The sandbox with the interpreter in which programs run. */

import {
  type AnySandboxError,
  type CallOptions,
  type CallResult,
  ExecutionFailed,
  type JsonValue,
  SandboxError,
  type SandboxOptions,
  type SandboxSession,
  type SessionOptions,
  ToolSandbox,
} from "../../../mod.ts";
import { readAnswer } from "../../interpreters/javascript/interpreter_answer.ts";
import { stripTypes } from "../../interpreters/typescript/strip_types.ts";
import { Bridge, type BridgeOptions } from "./bridge.ts";
import { type CodeResult, failingLine } from "./code_result.ts";
import { Interpreter } from "./interpreter.ts";

/** The environment of a program. */
export interface ProgramSurroundings extends BridgeOptions {
  /** Whether tools are also globals, not only members of `tools`. */
  readonly areGlobal?: boolean | undefined;
  /** A script that runs before the program. */
  readonly prelude?: string | undefined;
}

const DEFAULTS: SandboxOptions = {
  maxExecutionTime: 30_000,
  maxMemoryBytes: 64 * 1_048_576,
};
/**
 * Limits of the host function through which tools are called. A program that
 * also waits for the network calls it repeatedly; tools have their own budgets.
 */
const HOST_FUNCTION_LIMITS = {
  calls: Number.MAX_SAFE_INTEGER,
  argumentBytes: 2 ** 31,
  answerBytes: 2 ** 32,
  time: 2 ** 31 - 1,
};
const FILE = "program.js";
const BEFORE = "async()=>{";
const AFTER = "\n}";

/** Runs programs, each in a fresh state. */
export class ProgramBox {
  readonly #sandbox: ToolSandbox;
  readonly #interpreter: Interpreter;

  constructor(config: SandboxOptions = {}) {
    this.#sandbox = new ToolSandbox({
      ...DEFAULTS,
      ...config,
      hostFunctionLimits: HOST_FUNCTION_LIMITS,
    });
    this.#interpreter = new Interpreter(this.#sandbox);
  }

  /** Loads the interpreter ahead of the first program. */
  async warm(): Promise<void> {
    await this.#interpreter.warm();
  }

  /**
   * Runs a program; returns its failures instead of throwing them.
   *
   * @throws {TypeError} for an unknown or invalid option.
   * @throws the signal's reason when the run is aborted.
   */
  async run(
    code: string,
    given: ProgramSurroundings,
    options: CallOptions = {},
  ): Promise<CodeResult> {
    const ask: Ask = (request, callOptions) =>
      this.#interpreter.call(request, callOptions);
    return await runProgram(code, given, options, ask);
  }

  /**
   * Opens a session in which each program sees the state of earlier ones.
   *
   * @throws {SandboxError} when the limit of sessions is reached.
   */
  async session(
    given: ProgramSurroundings,
    options: SessionOptions,
  ): Promise<ProgramSession> {
    return new ProgramSession(await this.#interpreter.session(options), given);
  }

  /** Stops running calls and ends the workers. */
  async close(): Promise<void> {
    await this.#interpreter.settle();
    await this.#sandbox.close();
  }
}

/** Programs that run one after another and share state. */
export class ProgramSession {
  readonly #session: SandboxSession;
  readonly #given: ProgramSurroundings;

  constructor(session: SandboxSession, given: ProgramSurroundings) {
    this.#session = session;
    this.#given = given;
  }

  /** Why it has ended; `undefined` while it is open. */
  get ended(): string | undefined {
    return this.#session.ended;
  }

  /** Runs a program, as {@linkcode ProgramBox.run}. */
  async run(code: string, options: CallOptions = {}): Promise<CodeResult> {
    const ask: Ask = (request, callOptions) =>
      this.#session.callTool(request, callOptions);
    return await runProgram(code, this.#given, options, ask);
  }

  /** Ends it and frees all resources. */
  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** Asks an interpreter. */
type Ask = (
  request: JsonValue,
  options: CallOptions,
) => Promise<CallResult<JsonValue>>;

async function runProgram(
  code: string,
  given: ProgramSurroundings,
  options: CallOptions,
  ask: Ask,
): Promise<CodeResult> {
  const tooLong = refusalOfLength(code, given.budgets.sourceLength);
  if (tooLong) return tooLong;
  const first = await attempt(code, code, given, options, ask);
  if (!first.isUnparsed) return first.result;
  try {
    const plain = await plainBody(code);
    return plain === code
      ? first.result
      : (await attempt(plain, code, given, options, ask)).result;
  } catch (error) {
    // It is not TypeScript either; the JavaScript error is the best message.
    if (!(error instanceof SandboxError)) throw error;
    return first.result;
  }
}

async function attempt(
  source: string,
  shown: string,
  given: ProgramSurroundings,
  options: CallOptions,
  ask: Ask,
): Promise<{ readonly result: CodeResult; readonly isUnparsed: boolean }> {
  const bridge = new Bridge(given);
  try {
    const called = await ask(
      {
        op: "run",
        source,
        name: FILE,
        // Short names first: a tool may be a member of another.
        tools: [...given.tools.keys()].sort((a, b) => a.length - b.length),
        areGlobal: given.areGlobal ?? false,
        prelude: given.prelude ?? null,
        maxUnderWay: given.budgets.inFlight,
      },
      {
        ...options,
        functions: { ...options.functions, exchange: bridge.exchange },
      },
    );
    bridge.end(new Error("The program has ended"));
    return resultOf(called, shown, bridge);
  } finally {
    bridge.end(options.signal?.reason);
  }
}

/** The result of a call, as the program's result. */
function resultOf(
  called: CallResult<JsonValue>,
  shown: string,
  { calls, exhausted }: Bridge,
): { readonly result: CodeResult; readonly isUnparsed: boolean } {
  const { stdout, stderr, isOutputCut, denied, usage } = called;
  const output = { stdout, stderr, isOutputCut };
  const record = { ...output, denied, usage, calls, exhausted };
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
}

function refusalOfLength(
  code: string,
  sourceLength: number,
): CodeResult | undefined {
  if (code.length <= sourceLength) return undefined;
  return {
    ok: false,
    error: new ExecutionFailed(
      `Cannot run code: it has ${code.length} characters, limit is ${sourceLength}`,
    ),
    line: undefined,
    stdout: "",
    stderr: "",
    isOutputCut: false,
    calls: [],
    exhausted: "sourceLength",
    denied: [],
    usage: undefined,
  };
}

/** The program without types, parsed as a function body if needed. */
async function plainBody(code: string): Promise<string> {
  const plain = await stripTypes(`${BEFORE}${code}${AFTER}`, "program.ts");
  return plain.slice(BEFORE.length, plain.length - AFTER.length);
}

/** Whether the program did not start because of a syntax error. */
function isUnparsed(answer: JsonValue): boolean {
  const { error } = (answer ?? {}) as { error?: { isUnparsed?: unknown } };
  return error?.isUnparsed === true;
}
