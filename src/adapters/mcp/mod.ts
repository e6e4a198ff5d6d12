/**
 * Serves sandboxed tools to any MCP client, over stdio or Streamable HTTP, in
 * revision 2026-07-28 and older ones.
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
