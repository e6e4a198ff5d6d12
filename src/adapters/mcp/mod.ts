/**
 * Serves sandboxed tools to any MCP client, over standard input and output or
 * over Streamable HTTP, in the revision of 2026-07-28 and in older ones.
 *
 * @module
 */

export type { McpTools } from "./mcp_tools.ts";
export type { ChangePolicy } from "./told_changes.ts";
export {
  type McpHandler,
  mcpHandler,
  type McpHttpAccess,
  type McpListen,
  type McpOptions,
  type McpServing,
  serveMcp,
  type ServeMcpOptions,
} from "./serve_mcp.ts";
