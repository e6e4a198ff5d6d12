/** The served tools, plus one that runs programs that call them. */

import {
  type CallResult,
  type ChangeConflict,
  ExecutionFailed,
  type JsonValue,
  type SandboxOptions,
  type Tool,
  type ToolCallOptions,
  ToolRegistry,
  type ToolSchema,
} from "../../../mod.ts";
import {
  CodeMode,
  type CodeTool,
  type JsonSchema,
} from "../../adapters/code_mode/mod.ts";
import { programName, whyNoPlace } from "../../adapters/code_mode/code_tool.ts";
import type { ChangePolicy, McpTools } from "../../adapters/mcp/mod.ts";
import { settleChanges } from "../../adapters/mcp/told_changes.ts";
import { quote } from "../../quote.ts";

/** The name of the tool; it hides another tool with this name. */
export const CODE_TOOL = "code";

/** Code mode over a fixed set of tools, and its running programs. */
class OpenMode {
  /** Identifies that set of tools. */
  readonly known: string;
  readonly mode: CodeMode;
  readonly #registry = new ToolRegistry();
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    known: string,
    tools: Record<string, CodeTool>,
    config: SandboxOptions,
  ) {
    this.known = known;
    this.mode = new CodeMode({ name: CODE_TOOL, tools, config });
    this.#registry.register(this.mode, { name: CODE_TOOL });
  }

  /** Runs a program. */
  async call(
    args: unknown,
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>> {
    const running = this.#registry.call(CODE_TOOL, args, options);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Closes it once none of its programs runs. */
  async retire(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.mode.close();
  }
}

/** Options for the programs. */
export interface CodeToolsOptions {
  /** Limits and grants of the programs; nothing is granted by default. */
  readonly config?: SandboxOptions;
  /** What happens to changes that a program's tools make in overlays. */
  readonly policy?: (name: string) => ChangePolicy;
}

/** The tools with code mode, which is rebuilt when they change. */
export class CodeTools implements McpTools, AsyncDisposable {
  readonly #tools: McpTools;
  readonly #config: SandboxOptions;
  readonly #policy: (name: string) => ChangePolicy;
  #open: OpenMode | undefined;
  readonly #retired = new Set<OpenMode>();

  constructor(
    tools: McpTools,
    { config = {}, policy = () => "drop" }: CodeToolsOptions = {},
  ) {
    this.#tools = tools;
    this.#config = config;
    this.#policy = policy;
  }

  list(): ToolSchema[] {
    return [...this.#others(), this.#current().mode.schema()];
  }

  get(name: string): Tool | undefined {
    return name === CODE_TOOL ? this.#current().mode : this.#tools.get(name);
  }

  async call(
    name: string,
    args: unknown,
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>> {
    if (name !== CODE_TOOL) return await this.#tools.call(name, args, options);
    return await this.#current().call(args, options);
  }

  /** Closes the interpreters; the tools belong to someone else. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#retired].map(({ mode }) => mode.close()),
    );
    await this.#open?.mode.close();
  }

  #others(): ToolSchema[] {
    return this.#tools.list().filter(({ name }) => name !== CODE_TOOL);
  }

  #current(): OpenMode {
    const schemas = this.#others();
    const known = JSON.stringify(schemas);
    if (known === this.#open?.known) return this.#open;
    if (this.#open) this.#retire(this.#open);
    return this.#open = new OpenMode(
      known,
      this.#byName(schemas),
      this.#config,
    );
  }

  /** Running programs keep the tools that they started with. */
  #retire(open: OpenMode): void {
    this.#retired.add(open);
    open.retire().finally(() => this.#retired.delete(open));
  }

  /** The tools by name; of two whose names conflict, the first. */
  #byName(schemas: readonly ToolSchema[]): Record<string, CodeTool> {
    const tools = new Map<string, CodeTool>();
    for (const schema of schemas) {
      const name = programName(schema.name);
      if (whyNoPlace(name, tools) === undefined) {
        tools.set(name, this.#tool(schema));
      }
    }
    return Object.fromEntries(tools);
  }

  #tool({ name, description, parameters, outputSchema }: ToolSchema): CodeTool {
    return {
      description,
      parameters,
      outputSchema: outputSchema as JsonSchema | undefined,
      execute: async (args, { signal }) => {
        const result = await this.#tools.call(name, args, { signal });
        // A program has the answer, and nobody to tell of what is dropped.
        const policy = this.#policy(name) === "commit" ? "commit" : "drop";
        const told = await settleChanges(result, policy);
        const [conflict] = told?.conflicts ?? [];
        if (conflict) throw new ExecutionFailed(notCarriedOut(conflict));
        if (result.ok) return result.value;
        throw result.error;
      },
    };
  }
}

function notCarriedOut({ path, reason }: ChangeConflict): string {
  return `What it changed was not carried out: at ${quote(path)}, ${reason}`;
}
