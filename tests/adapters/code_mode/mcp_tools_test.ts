import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "@modelcontextprotocol/client";
import { ToolRegistry } from "@cortexai/sandbox";
import {
  codeMode,
  type McpClient,
  mcpTools,
  resultText,
} from "@cortexai/sandbox/code-mode";
import { serveMcp } from "@cortexai/sandbox/mcp";
import { plainTool } from "../plain_tool.ts";
import { joinedStreams, StreamClientTransport } from "../mcp/stream_client.ts";

/** Acts with the official client of a server of these tools. */
async function withClient(
  registry: ToolRegistry,
  act: (client: Client) => Promise<void>,
): Promise<void> {
  const { client: streams, host } = joinedStreams();
  await using _server = serveMcp(registry, host);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamClientTransport(streams));
  try {
    await act(client);
  } finally {
    await client.close();
  }
}

Deno.test("The official MCP client's tools are those of a program", async () => {
  await using registry = new ToolRegistry();
  await registry.load("fixtures/tools/word_stats.wasm");
  await withClient(registry, async (client) => {
    const asked: McpClient = client;
    await using mode = codeMode({ tools: await mcpTools(asked, "server") });
    assertStringIncludes(mode.declarations, "word_stats(args: {");
    const result = await mode.run(
      `const { words } = await tools.server.word_stats({ text: "to be" });
       return words;`,
    );
    assert(result.ok, resultText(result));
    assertEquals(result.value, 2);
  });
});

Deno.test("A program that ends cancels what it asked of an MCP server", async () => {
  await using registry = new ToolRegistry();
  const told = Promise.withResolvers<void>();
  registry.register({
    ...plainTool("hang", { type: "object" }),
    execute: (_args, { signal } = {}) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          told.resolve();
          reject(signal.reason);
        });
      }),
  });
  await withClient(registry, async (client) => {
    await using mode = codeMode({ tools: await mcpTools(client) });
    const result = await mode.run("return await tools.hang()", {
      timeout: 500,
    });
    assertEquals(!result.ok && result.error.kind, "TimeoutExceeded");
    assertEquals(result.calls.map(({ outcome }) => outcome), ["stopped"]);
    await told.promise;
  });
});
