/** Served tools, and one more that runs programs which call them. */

import {
  type CallResult,
  type JsonValue,
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
import type { McpTools } from "../../adapters/mcp/mod.ts";

/** What the tool is called; one of that name among the tools is hidden. */
export const CODE_TOOL = "code";

/** The tools, with code mode over them; made anew when they change. */
export class CodeTools implements McpTools, AsyncDisposable {
  readonly #tools: McpTools;
  #registry = new ToolRegistry();
  #mode: CodeMode | undefined;
  /** What the tools were when code mode was made. */
  #known: string | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(tools: McpTools) {
    this.#tools = tools;
  }

  list(): ToolSchema[] {
    return [...this.#others(), this.#current().schema()];
  }

  get(name: string): Tool | undefined {
    return name === CODE_TOOL ? this.#current() : this.#tools.get(name);
  }

  async call(
    name: string,
    args: unknown,
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>> {
    if (name !== CODE_TOOL) return await this.#tools.call(name, args, options);
    this.#current();
    return await this.#registry.call(name, args, options);
  }

  /** Ends the interpreter; the tools are somebody else's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing;
    await this.#mode?.close();
  }

  #others(): ToolSchema[] {
    return this.#tools.list().filter(({ name }) => name !== CODE_TOOL);
  }

  #current(): CodeMode {
    const schemas = this.#others();
    const known = JSON.stringify(schemas);
    if (this.#mode && known === this.#known) return this.#mode;
    const before = this.#mode;
    // Programs that run have what they began with until they end.
    if (before) this.#closing = this.#closing.then(() => before.close());
    const mode = new CodeMode({
      name: CODE_TOOL,
      tools: this.#byName(schemas),
    });
    this.#registry = new ToolRegistry();
    this.#registry.register(mode, { name: CODE_TOOL });
    this.#known = known;
    return this.#mode = mode;
  }

  /** Of two that programs would call alike, the first. */
  #byName(schemas: readonly ToolSchema[]): Record<string, CodeTool> {
    const tools: Record<string, CodeTool> = Object.create(null);
    for (const schema of schemas) {
      tools[schema.name.replace(/[^\w$.]/g, "_")] ??= this.#tool(schema);
    }
    return tools;
  }

  #tool({ name, description, parameters, outputSchema }: ToolSchema): CodeTool {
    return {
      description,
      parameters,
      outputSchema: outputSchema as JsonSchema | undefined,
      execute: async (args, { signal }) => {
        const result = await this.#tools.call(name, args, { signal });
        if (result.ok) return result.value;
        throw result.error;
      },
    };
  }
}
