/** Code mode as an executor for `@cloudflare/codemode`. */

import type { SandboxOptions } from "../../../mod.ts";
import { checkBudgets, type CodeBudgets } from "./budgets.ts";
import type { CodeResult } from "./code_result.ts";
import { type CodeTool, namedTools } from "./code_tool.ts";
import { ProgramBox } from "./program_box.ts";

/** Functions by name, as executors receive them. */
export type CloudflareFunctions = Record<
  string,
  (...args: unknown[]) => Promise<unknown>
>;

/** The tools of one namespace. */
export interface CloudflareProvider {
  /** The namespace. */
  name: string;
  /** Its functions; each is called with one argument. */
  fns: CloudflareFunctions;
  /** JavaScript that runs before the program. */
  prelude?: string;
}

/** The result of a program. */
export interface CloudflareResult {
  /** The returned value. */
  result: unknown;
  /** The error, if it failed. */
  error?: string;
  /** The lines that it printed. */
  logs?: string[];
}

/** Options of an executor. */
export interface ExecutorOptions {
  /** Limits and grants of the sandbox. */
  readonly config?: SandboxOptions | undefined;
  /** Limits on one program's use of tools. */
  readonly budgets?: Partial<CodeBudgets> | undefined;
}

/** An `Executor` for `@cloudflare/codemode`. Close it when done. */
export class CloudflareExecutor implements AsyncDisposable {
  readonly #box: ProgramBox;
  readonly #budgets: CodeBudgets;

  /**
   * Creates an executor; its sandbox starts with the first program.
   *
   * @throws {TypeError} for an unknown or invalid option.
   */
  constructor({ config, budgets }: ExecutorOptions = {}) {
    this.#budgets = checkBudgets(budgets ?? {});
    this.#box = new ProgramBox(config);
  }

  /** Runs a program; failures are returned in `error`. */
  async execute(
    code: string,
    providersOrFns: CloudflareProvider[] | CloudflareFunctions,
  ): Promise<CloudflareResult> {
    const providers = Array.isArray(providersOrFns)
      ? providersOrFns
      : [{ name: "codemode", fns: providersOrFns }];
    const tools: Record<string, CodeTool> = {};
    for (const { name, fns } of providers) {
      for (const [key, fn] of Object.entries(fns)) {
        tools[`${name}.${key}`] = { execute: (args) => fn(args) };
      }
    }
    const prelude = providers.map(({ prelude }: CloudflareProvider) => prelude)
      .filter((one) => one !== undefined).join("\n");
    const result = await this.#box.run(code, {
      tools: namedTools(tools),
      budgets: this.#budgets,
      gate: undefined,
      areGlobal: true,
      ...prelude !== "" && { prelude },
    });
    const logs = logsOf(result);
    return result.ok
      ? { result: result.value, logs }
      : { result: undefined, error: result.error.message, logs };
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

/** What a program printed, line by line. */
export function logsOf({ stdout, stderr }: CodeResult): string[] {
  return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
}
