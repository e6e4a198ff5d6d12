/** The tools of an MCP server for programs. */

import { HostFunctionError } from "../../../mod.ts";
import type { CodeTool, JsonSchema } from "./code_tool.ts";

/** The part of an MCP client that is used, such as that of the official SDK. */
export interface McpClient {
  /** The tools that its server has. */
  listTools(): Promise<{
    readonly tools: readonly {
      readonly name: string;
      readonly description?: string | undefined;
      readonly inputSchema?: unknown;
      readonly outputSchema?: unknown;
    }[];
  }>;
  /** Calls one of them, until the signal is aborted. */
  callTool(
    call: { name: string; arguments: Record<string, unknown> },
    options: { signal: AbortSignal },
  ): Promise<unknown>;
}

/**
 * Lists a server's tools. A call returns the structured content if there is
 * any, otherwise the text; an error result throws in the program.
 *
 * @param prefix A prefix for the names, followed by a dot; none by default.
 */
export async function mcpTools(
  client: McpClient,
  prefix?: string,
): Promise<Record<string, CodeTool>> {
  const { tools } = await client.listTools();
  return Object.fromEntries(tools.map((tool) => [
    prefix === undefined ? tool.name : `${prefix}.${tool.name}`,
    {
      description: tool.description,
      parameters: tool.inputSchema as JsonSchema | undefined,
      outputSchema: tool.outputSchema as JsonSchema | undefined,
      execute: async (args, { signal }) => {
        const call = { name: tool.name, arguments: args ?? {} };
        return answerOf(await client.callTool(call, { signal }));
      },
    } satisfies CodeTool,
  ]));
}

interface ToolAnswer {
  readonly content?: readonly {
    readonly type: string;
    readonly text?: string;
  }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

function answerOf(result: unknown): unknown {
  const { content = [], structuredContent, isError } = (result ??
    {}) as ToolAnswer;
  const text = content
    .flatMap((part) => part.type === "text" ? [part.text ?? ""] : [])
    .join("\n");
  if (isError) throw new HostFunctionError(text);
  return structuredContent ?? text;
}
