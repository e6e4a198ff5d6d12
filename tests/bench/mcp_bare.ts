/** An echo server as the official package's guide has it: no sandbox. */

import {
  createMcpHandler,
  fromJsonSchema,
  McpServer,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

function make(): McpServer {
  const server = new McpServer({ name: "bare", version: "0.0.0" });
  const inputSchema = fromJsonSchema<Record<string, unknown>>({
    type: "object",
  });
  server.registerTool("echo", { inputSchema }, (args) => ({
    content: [{ type: "text", text: JSON.stringify(args) }],
    structuredContent: args,
  }));
  return server;
}

if (Deno.args[0] === "http") {
  const { fetch } = createMcpHandler(make);
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) =>
      console.error(`Listening on http://127.0.0.1:${port}/mcp`),
  }, (request) => fetch(request));
} else {
  serveStdio(make);
}
