/**
 * Serves tools to other machines over NATS, and calls those that other machines
 * serve as if they were here: same results, same errors, the same limits.
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
