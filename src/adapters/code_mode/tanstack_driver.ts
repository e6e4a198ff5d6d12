/** Code mode as a driver for `@tanstack/ai-code-mode`. */

import { ScriptFailed } from "../../../mod.ts";
import { checkBudgets, type CodeBudgets } from "./budgets.ts";
import { type ExecutorOptions, logsOf } from "./cloudflare_executor.ts";
import type { CodeFailure } from "./code_result.ts";
import { type CodeTool, namedTools } from "./code_tool.ts";
import { ProgramBox } from "./program_box.ts";

/** A tool as drivers receive it: a global function of programs. */
export interface TanStackBinding {
  /** What it does. */
  description: string;
  /** A JSON Schema of its arguments. */
  inputSchema: Record<string, unknown>;
  /** A JSON Schema of its answer. */
  outputSchema?: Record<string, unknown> | undefined;
  /** What answers. */
  execute: (args: unknown) => Promise<unknown>;
}

/** Options of a context. */
export interface TanStackConfig {
  /** Tools, by the name of their function. */
  bindings: Record<string, TanStackBinding>;
  /** The time limit of a program in milliseconds; 30 000 by default. */
  timeout?: number;
  /** The memory limit in MiB; 128 by default. */
  memoryLimit?: number;
}

/** The result of a program. */
export interface TanStackResult<T> {
  /** Whether it ran to completion. */
  success: boolean;
  /** The returned value. */
  value?: T;
  /** The error, if it failed. */
  error?: { name: string; message: string; stack?: string; code?: string };
  /** The lines that it printed. */
  logs?: string[];
}

/** An environment for programs, until it is disposed of. */
export interface TanStackContext {
  /** Runs a program in a fresh state. */
  execute: <T = unknown>(code: string) => Promise<TanStackResult<T>>;
  /** Ends the workers. */
  dispose: () => Promise<void>;
}

const MEBIBYTE = 1_048_576;
const DEFAULT_MEMORY_MIB = 128;

/** An `IsolateDriver` for `@tanstack/ai-code-mode`. */
export class TanStackDriver {
  readonly #options: ExecutorOptions;
  readonly #budgets: CodeBudgets;

  /**
   * Makes a driver.
   *
   * @throws {TypeError} for an unknown or invalid budget.
   */
  constructor(options: ExecutorOptions = {}) {
    this.#options = options;
    this.#budgets = checkBudgets(options.budgets ?? {});
  }

  /** Creates a sandbox with tools; the configured limits are upper bounds. */
  createContext(config: TanStackConfig): Promise<TanStackContext> {
    const { bindings, timeout, memoryLimit = DEFAULT_MEMORY_MIB } = config;
    const box = new ProgramBox({
      maxMemoryBytes: memoryLimit * MEBIBYTE,
      ...timeout !== undefined && { maxExecutionTime: timeout },
      ...this.#options.config,
    });
    const tools = namedTools(Object.fromEntries(
      Object.entries(bindings).map(([name, one]) => [name, toolOf(one)]),
    ));
    const given = {
      tools,
      budgets: this.#budgets,
      gate: undefined,
      areGlobal: true,
    };
    return Promise.resolve({
      async execute<T>(code: string): Promise<TanStackResult<T>> {
        const result = await box.run(code, given);
        const logs = logsOf(result);
        return result.ok
          ? { success: true, value: result.value as T, logs }
          : { success: false, error: normalized(result), logs };
      },
      dispose: () => box.close(),
    });
  }
}

function toolOf(binding: TanStackBinding): CodeTool {
  return {
    description: binding.description,
    parameters: binding.inputSchema,
    outputSchema: binding.outputSchema,
    execute: (args) => binding.execute(args),
  };
}

function normalized({ error }: CodeFailure): NonNullable<
  TanStackResult<never>["error"]
> {
  return error instanceof ScriptFailed
    ? {
      name: error.thrownName,
      message: error.message,
      stack: error.scriptStack,
      code: error.kind,
    }
    : { name: error.name, message: error.message, code: error.kind };
}
