/**
 * Serves tools to other machines over NATS, and calls remote tools as if they
 * were local, with the same results, errors and limits.
 *
 * @module
 */

export { labelHash, type LockedTool, type LockedTools } from "./label_hash.ts";
export type { NatsLink } from "./nats_link.ts";
export { type RemoteCallOptions, RemoteTool } from "./remote_tool.ts";
export { remoteTools, type RemoteToolsFilter } from "./remote_tools.ts";
export {
  type NatsTools,
  serveTools,
  type ServeToolsOptions,
  type ToolsServing,
} from "./serve_tools.ts";
