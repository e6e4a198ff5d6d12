/** The tools that a server serves, and their descriptions. */

import {
  type JsonValue,
  SandboxedTool,
  type Tool,
  type ToolAnnotations,
  type ToolRegistry,
  type ToolSchema,
} from "../../../mod.ts";
import type { ChangePolicy } from "./told_changes.ts";

/** The tools to serve: a {@linkcode ToolRegistry} or the like. */
export type McpTools = Pick<ToolRegistry, "list" | "get" | "call">;

/** A tool as listed by `tools/list`. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: { type: "object"; [key: string]: JsonValue };
  readonly outputSchema?: { [key: string]: JsonValue };
  readonly annotations: ToolAnnotations & { readonly title?: string };
}

/** The result of `tools/list`. */
export function listTools(
  tools: McpTools,
  policy: (name: string) => ChangePolicy,
): ListedTool[] {
  return tools.list().map((schema) => {
    const { name } = schema;
    const annotations = annotate(schema, tools.get(name), policy(name));
    return listTool(schema, annotations);
  });
}

function listTool(
  schema: ToolSchema,
  annotations: ToolAnnotations,
): ListedTool {
  const { name, title, description, parameters, outputSchema } = schema;
  return {
    name,
    ...title === undefined ? {} : { title },
    ...description === "" ? {} : { description },
    inputSchema: { ...parameters, type: "object" },
    ...outputSchema === undefined ? {} : { outputSchema: { ...outputSchema } },
    annotations,
  };
}

/**
 * Annotations according to a tool's grants: its own claims count only if they
 * are more cautious. A tool of the host program is taken at its word.
 */
export function annotate(
  { annotations: said = {} }: ToolSchema,
  tool: Tool | undefined,
  policy: ChangePolicy,
): ToolAnnotations {
  if (!(tool instanceof SandboxedTool)) return said;
  const { allowedPaths, allowNetwork, functions, numericFunctions } =
    tool.sandbox.config;
  // Only the host program knows what its functions do.
  if (functions.length + numericFunctions.length > 0) return said;
  const canWrite = allowedPaths.some(({ write, overlay }) =>
    write || (overlay && policy === "commit")
  );
  const hasNetwork = allowNetwork === true ||
    (allowNetwork !== false && allowNetwork.length > 0);
  const isReadOnly = !canWrite && !hasNetwork && said.readOnlyHint !== false;
  return {
    readOnlyHint: isReadOnly,
    destructiveHint: !isReadOnly,
    idempotentHint: isReadOnly && said.idempotentHint !== false,
    openWorldHint: hasNetwork,
  };
}
