/** The box that programs run in: a sandbox with the interpreter. */

import {
  type AnySandboxError,
  type CallOptions,
  ExecutionFailed,
  type JsonValue,
  SandboxError,
  type SandboxOptions,
  ToolSandbox,
} from "../../../mod.ts";
import { readAnswer } from "../../interpreters/javascript/interpreter_answer.ts";
import { stripTypes } from "../../interpreters/typescript/strip_types.ts";
import { Bridge, type BridgeOptions } from "./bridge.ts";
import { type CodeResult, failingLine } from "./code_result.ts";
import { Interpreter } from "./interpreter.ts";

/** What a program is given. */
export interface ProgramSurroundings extends BridgeOptions {
  /** Whether tools are globals too, and not in `tools` only. */
  readonly areGlobal?: boolean | undefined;
  /** A script that is run before the program. */
  readonly prelude?: string | undefined;
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

  /** Loads the interpreter, so that the first program need not wait for it. */
  async warm(): Promise<void> {
    await this.#interpreter.warm();
  }

  /**
   * Runs a program, and never throws for what it does.
   *
   * @throws {TypeError} for an option that does not exist or is impossible.
   * @throws the signal's reason when the run is aborted.
   */
  async run(
    code: string,
    given: ProgramSurroundings,
    options: CallOptions = {},
  ): Promise<CodeResult> {
    const tooLong = refusalOfLength(code, given.budgets.sourceLength);
    if (tooLong) return tooLong;
    const first = await this.#attempt(code, code, given, options);
    if (!first.isUnparsed) return first.result;
    try {
      const plain = await plainBody(code);
      return plain === code
        ? first.result
        : (await this.#attempt(plain, code, given, options)).result;
    } catch (error) {
      // It is no TypeScript either; what is wrong as JavaScript says it best.
      if (!(error instanceof SandboxError)) throw error;
      return first.result;
    }
  }

  /** Stops what runs, and ends the workers. */
  async close(): Promise<void> {
    await this.#interpreter.settle();
    await this.#sandbox.close();
  }

  async #attempt(
    source: string,
    shown: string,
    given: ProgramSurroundings,
    options: CallOptions,
  ): Promise<{ readonly result: CodeResult; readonly isUnparsed: boolean }> {
    const bridge = new Bridge(given);
    try {
      const called = await this.#interpreter.call(
        {
          op: "run",
          source,
          name: FILE,
          tools: [...given.tools.keys()],
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
    calls: [],
    exhausted: "sourceLength",
    denied: [],
    usage: undefined,
  };
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
