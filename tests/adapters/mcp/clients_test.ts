import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type CallToolResult,
  Client,
  ProtocolError,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import type { Transport } from "@modelcontextprotocol/client";
import { type McpServing, serveMcp } from "../../../src/adapters/mcp/mod.ts";
import { joinedStreams, StreamClientTransport } from "./stream_client.ts";
import { testTools, type WatchedRegistry } from "./served_tools.ts";

/** How a client and a server are joined. */
interface Way {
  readonly name: string;
  readonly version: string;
  readonly serve: (tools: WatchedRegistry) => {
    server: McpServing;
    connect: () => Transport;
  };
}

const GENERATIONS = [
  { mode: "legacy", version: "2025-11-25" },
  { mode: "auto", version: "2026-07-28" },
] as const;

const HTTP: Way["serve"] = (tools) => {
  const server = serveMcp(tools, { http: {} });
  const url = new URL(server.url!);
  return { server, connect: () => new StreamableHTTPClientTransport(url) };
};

const STDIO: Way["serve"] = (tools) => {
  const { client, host } = joinedStreams();
  const server = serveMcp(tools, host);
  return { server, connect: () => new StreamClientTransport(client) };
};

for (const { mode, version } of GENERATIONS) {
  for (const [name, serve] of Object.entries({ HTTP, STDIO })) {
    clientTests({ name, version, serve }, mode);
  }
}

function clientTests(
  { name, version, serve }: Way,
  mode: typeof GENERATIONS[number]["mode"],
): void {
  const test = (
    what: string,
    check: (client: Client, tools: WatchedRegistry) => Promise<void>,
  ) =>
    Deno.test(`A client of ${version} over ${name} ${what}`, async () => {
      await using tools = await testTools();
      const { server, connect } = serve(tools);
      await using _server = server;
      const client = new Client({ name: "test", version: "1" }, {
        versionNegotiation: { mode },
      });
      await client.connect(connect());
      assertEquals(client.getNegotiatedProtocolVersion(), version);
      try {
        await check(client, tools);
      } finally {
        await client.close();
      }
    });

  test("lists tools with hints that their grants vouch for", async (client) => {
    const { tools } = await client.listTools();
    assertEquals(tools.map(({ name }) => name), [
      "echo",
      "loop",
      "talk",
      "fail",
    ]);
    assertEquals(tools[0]!.annotations, {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    });
    assertEquals(tools[0]!.description, "Answers with its arguments.");
    assertEquals(tools[3]!.annotations, { openWorldHint: true });
  });

  test("gets structured content beside text", async (client) => {
    const args = { text: "hi", list: [1] };
    const result = await client.callTool({ name: "echo", arguments: args });
    assertEquals(result.structuredContent, args);
    assertEquals(result.content, [{
      type: "text",
      text: JSON.stringify(args),
    }]);
    assertEquals(result.isError ?? false, false);
  });

  test("hears of progress, and never reads what a guest prints", async (client) => {
    const heard: unknown[] = [];
    const result = await client.callTool(
      { name: "talk", arguments: {} },
      { onprogress: (progress) => heard.push(progress) },
    ) as CallToolResult;
    assertEquals(heard, [
      { progress: 1, total: 2 },
      { progress: 2, total: 2, message: "all" },
    ]);
    assertEquals(result.content, [{ type: "text", text: "[1,2]" }]);
  });

  test("is told why a tool failed, and that there is no such tool", async (client) => {
    const result = await client.callTool({ name: "fail", arguments: {} });
    assertEquals(result.isError, true);
    assertStringIncludes(JSON.stringify(result.content), "no luck today");
    const error = await client.callTool({ name: "nope", arguments: {} })
      .then(() => undefined, (error) => error);
    assert(error instanceof ProtocolError);
    assertEquals(error.code, -32602);
  });

  test("cancels a call, and the guest stops", async (client, tools) => {
    const aborter = new AbortController();
    const call = client.callTool({ name: "loop", arguments: {} }, {
      signal: aborter.signal,
      onprogress: () => aborter.abort(),
    }).catch((error) => error);
    assert(await call instanceof Error);
    const took = await tools.untilEnded("loop");
    assert(took < 1_000, `the guest ran for ${took} ms more`);
    await client.callTool({ name: "echo", arguments: {} });
  });

  test("has 1,000 calls in flight", async (client) => {
    const results = await Promise.all(
      Array.from(
        { length: 1_000 },
        (_, n) => client.callTool({ name: "echo", arguments: { n } }),
      ),
    );
    assertEquals(
      results.map(({ structuredContent }) => structuredContent),
      results.map((_, n) => ({ n })),
    );
  });

  test(
    "goes away in the middle of a call, and the guest stops",
    async (client, tools) => {
      const started = Promise.withResolvers<void>();
      const call = client.callTool({ name: "loop", arguments: {} }, {
        onprogress: () => started.resolve(),
      }).catch((error) => error);
      await started.promise;
      await client.close();
      assert(await call instanceof Error);
      const took = await tools.untilEnded("loop");
      assert(took < 5_000, `the guest ran for ${took} ms more`);
    },
  );
}

for (const { mode, version } of GENERATIONS) {
  Deno.test(`A client of ${version} does not notice that its server was started anew`, async () => {
    await using tools = await testTools();
    const first = serveMcp(tools, { http: {} });
    const url = new URL(first.url!);
    const client = new Client({ name: "test", version: "1" }, {
      versionNegotiation: { mode },
    });
    await client.connect(new StreamableHTTPClientTransport(url));
    await client.callTool({ name: "echo", arguments: { n: 1 } });
    await first.close();
    const port = Number(url.port);
    await using _second = serveMcp(tools, { http: { port } });
    const result = await client.callTool({ name: "echo", arguments: { n: 2 } });
    assertEquals(result.structuredContent, { n: 2 });
    await client.close();
  });
}
