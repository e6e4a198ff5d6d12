/** Code mode in the shape that `@cloudflare/codemode` asks of an executor. */

import type { SandboxOptions } from "../../../mod.ts";
import { checkBudgets, type CodeBudgets } from "./budgets.ts";
import type { CodeResult } from "./code_result.ts";
import { type CodeTool, namedTools } from "./code_tool.ts";
import { ProgramBox } from "./program_box.ts";

/** Functions by name, as its executors get them. */
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
  /** What it returned. */
  result: unknown;
  /** What went wrong. */
  error?: string;
  /** The lines that it printed. */
  logs?: string[];
}

/** Options of an executor. */
export interface ExecutorOptions {
  /** Limits and grants of the box. */
  readonly config?: SandboxOptions | undefined;
  /** How much of the tools one program may use. */
  readonly budgets?: Partial<CodeBudgets> | undefined;
}

/** An `Executor` of `@cloudflare/codemode`. Close it at the end. */
export class CloudflareExecutor implements AsyncDisposable {
  readonly #box: ProgramBox;
  readonly #budgets: CodeBudgets;

  /**
   * Makes an executor; its box starts with the first program.
   *
   * @throws {TypeError} for an option that does not exist or is impossible.
   */
  constructor({ config, budgets }: ExecutorOptions = {}) {
    this.#budgets = checkBudgets(budgets ?? {});
    this.#box = new ProgramBox(config);
  }

  /** Runs a program; what goes wrong is in `error`. */
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

  /** Stops what runs, and ends the workers. */
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
