/** An MCP server, based on the official package, that serves only tools. */

import {
  LOG_LEVEL_META_KEY,
  ProtocolError,
  Server,
} from "@modelcontextprotocol/server";
import type {
  CallToolRequest,
  CallToolResult,
  ListToolsResult,
  McpRequestContext,
  ServerContext,
} from "@modelcontextprotocol/server";
import { SandboxedTool, type ToolSchema } from "../../../mod.ts";
import { quote } from "../../quote.ts";
import { GuestReports, type ReportReader } from "./guest_reports.ts";
import { listTools, type McpTools } from "./mcp_tools.ts";
import { RunningCalls } from "./running_calls.ts";
import { failure, type ToolAnswer, toolAnswer } from "./tool_answer.ts";
import { type ChangePolicy, settleChanges } from "./told_changes.ts";

/** The identity of a server. */
export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
  readonly instructions: string | undefined;
}

/** https://www.jsonrpc.org/specification#error_object */
const INVALID_PARAMS = -32602;
const SESSION_HEADER = "mcp-session-id";

/** Creates servers: one per connection, or one per HTTP request. */
export class ToolServers {
  /** The running calls of all servers. */
  readonly running: RunningCalls = new RunningCalls();
  readonly #tools: McpTools;
  readonly #identity: ServerIdentity;
  readonly #policy: (name: string) => ChangePolicy;

  constructor(
    tools: McpTools,
    identity: ServerIdentity,
    policy: (name: string) => ChangePolicy,
  ) {
    this.#tools = tools;
    this.#identity = identity;
    this.#policy = policy;
  }

  /** Creates a server for a request. */
  readonly make = ({ era, requestInfo }: McpRequestContext): Server => {
    const { name, version, instructions } = this.#identity;
    const server = new Server({ name, version }, {
      capabilities: { tools: { listChanged: true }, logging: {} },
      ...instructions === undefined ? {} : { instructions },
      jsonSchemaValidator: NO_VALIDATOR,
    });
    const session = era === "legacy"
      ? requestInfo?.headers.get(SESSION_HEADER) ?? undefined
      : undefined;
    server.setRequestHandler("tools/list", () => this.#list());
    server.setRequestHandler(
      "tools/call",
      (request, context) =>
        this.#call(server, { era, session }, request, context),
    );
    if (session !== undefined) {
      // Each request has its own server: the call to cancel runs in another.
      server.setNotificationHandler("notifications/cancelled", ({ params }) => {
        const { requestId: id } = params;
        if (id !== undefined) this.running.cancel({ session, id });
      });
    }
    return server;
  };

  #list(): ListToolsResult {
    return { tools: listTools(this.#tools, this.#policy) } as ListToolsResult;
  }

  async #call(
    server: Server,
    { era, session }: Peer,
    { params: { name, arguments: args = {} } }: CallToolRequest,
    context: ServerContext,
  ): Promise<CallToolResult> {
    const tool = this.#tools.get(name);
    if (!tool) {
      throw new ProtocolError(INVALID_PARAMS, `Unknown tool: ${quote(name)}`);
    }
    const schema = tool.schema();
    const { id, signal } = context.mcpReq;
    const isTold = tool instanceof SandboxedTool && wantsReports(era, context);
    const reports = isTold
      ? new GuestReports(reportReader(name, context))
      : undefined;
    const answer = await this.running.run(
      { session, id },
      signal,
      (signal) => this.#answer(schema, name, args, reports, signal),
    );
    return server.projectCallToolResult(
      answer as CallToolResult,
      schema.outputSchema,
    );
  }

  async #answer(
    schema: ToolSchema,
    name: string,
    args: unknown,
    reports: GuestReports | undefined,
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    const onStderr = reports && ((bytes: Uint8Array) => reports.write(bytes));
    try {
      const result = await this.#tools.call(name, args, { signal, onStderr });
      await reports?.end();
      const changes = await settleChanges(result, this.#policy(name));
      return await toolAnswer(schema, result, reports?.tail, changes);
    } catch (error) {
      if (!signal.aborted) throw error;
      return failure("Cancelled");
    }
  }
}

/** The client of a server. */
interface Peer {
  readonly era: McpRequestContext["era"];
  /** The session id of an older HTTP client. */
  readonly session: string | undefined;
}

/** Newer clients request notifications per call. */
function wantsReports(era: Peer["era"], { mcpReq }: ServerContext): boolean {
  return era === "legacy" || mcpReq._meta?.progressToken !== undefined ||
    LOG_LEVEL_META_KEY in (mcpReq.envelope ?? {});
}

/** Elicitation is never used, so there is nothing to validate. */
const NO_VALIDATOR = {
  getValidator: () => () => {
    throw new TypeError("This server asks clients for nothing");
  },
};

function reportReader(name: string, { mcpReq }: ServerContext): ReportReader {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    progress: progressToken === undefined
      ? undefined
      : (report) =>
        mcpReq.notify({
          method: "notifications/progress",
          params: { progressToken, ...report },
        }),
    log: (level, text) => mcpReq.log(level, text, name),
  };
}
