import {
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { PermissionDenied, SandboxConfig, ToolSandbox } from "../../mod.ts";
import { answer, RawServer } from "./raw_server.ts";
import { RequestingTool } from "./requesting_tool.ts";

Deno.test("Every kind of grant lets a guest reach what it names", async () => {
  await using server = new RawServer(() => answer("reached"));
  await using six = new RawServer(() => answer("six"), "::1");
  const cases: readonly [grant: string[], url: string, body: string][] = [
    [[server.host], `http://${server.host}/`, "reached"],
    [["127.0.0.1"], `http://${server.host}/`, "reached"],
    [["127.0.0.1"], `http://0x7f.1:${server.port}/`, "reached"],
    [["127.0.0.1"], `http://2130706433:${server.port}/`, "reached"],
    [["localhost"], `http://localhost:${server.port}/`, "reached"],
    [
      [`localhost:${server.port}`],
      `http://LOCALHOST:${server.port}/`,
      "reached",
    ],
    [[`[::1]:${six.port}`], `http://[::1]:${six.port}/`, "six"],
    [["[::1]"], `http://[0:0:0::1]:${six.port}/`, "six"],
    [["*.a.test", server.host], `http://${server.host}/`, "reached"],
  ];
  for (const [grant, url, body] of cases) {
    await using tool = await RequestingTool.load((builder) =>
      builder.allowNetwork(grant)
    );
    const found = await tool.outcome({ url });
    assertEquals(found.body, body, `${grant} ${url} ${found.text}`);
  }
});

Deno.test("Any public host is not this machine, however it is spelled", async () => {
  await using server = new RawServer(() => answer("reached"));
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork(true)
  );
  const hosts = ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "0"];
  const outcomes = await tool.outcomes(
    hosts.map((host) => ({ head: { url: `http://${host}:${server.port}/` } })),
  );
  for (const { errno, text } of outcomes) {
    assertEquals(errno, 2);
    assertStringIncludes(text!, "not public");
  }
  assertEquals(server.connections, 0);
});

Deno.test("A request holds what the guest said, and nothing of the host", async () => {
  await using server = new RawServer(() => answer("ok"));
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const headers = { "X-Own": " spaced ", accept: "text/plain" };
  await tool.outcome({ url: `http://${server.host}/a?b=c#d`, headers });
  await tool.outcome({
    url: `http://${server.host}/`,
    method: "POST",
    headers: { "user-agent": "mine" },
  }, "body");
  assertEquals(server.requests.map(({ head }) => head.split("\r\n")), [
    [
      "get /a?b=c http/1.1",
      `host: ${server.host}`,
      "accept-encoding: gzip",
      "user-agent: cortex-sandbox",
      "x-own: spaced",
      "accept: text/plain",
    ],
    [
      "post / http/1.1",
      `host: ${server.host}`,
      "accept-encoding: gzip",
      "accept: */*",
      "user-agent: mine",
      "content-length: 4",
    ],
  ]);
});

Deno.test("Connections are used again, also when the server has given one up", async () => {
  await using server = new RawServer(({ path }, { close }) => {
    if (path === "/last") setTimeout(close, 20);
    return path === "/close"
      ? answer("closed", "connection: close\r\n")
      : answer("ok");
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const url = `http://${server.host}`;
  for (let i = 0; i < 3; i++) await tool.outcome({ url: `${url}/` });
  assertEquals(server.connections, 1);
  await tool.outcome({ url: `${url}/last` });
  await server.drained();
  assertEquals((await tool.outcome({ url: `${url}/` })).body, "ok");
  assertEquals(server.connections, 2);
  await tool.outcome({ url: `${url}/close` });
  await server.drained();
  // What must not be sent twice goes over a connection of its own.
  const post = { url: `${url}/`, method: "POST" };
  await tool.outcome({ url: `${url}/` });
  await tool.outcome(post, "x");
  assertEquals(server.connections, 4);
});

Deno.test("Answers without a body have none", async () => {
  await using server = new RawServer(({ method, path }) =>
    method === "HEAD"
      ? "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"
      : `HTTP/1.1 ${path.slice(1)} Nothing\r\n\r\n`
  );
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const url = `http://${server.host}`;
  const found = await tool.outcomes([
    { head: { url: `${url}/`, method: "HEAD" } },
    { head: { url: `${url}/204` } },
    { head: { url: `${url}/304` } },
  ], { one_by_one: true });
  assertEquals(found.map(({ body }) => body), ["", "", ""]);
  assertEquals(found.map(({ head }) => head?.status), [200, 204, 304]);
});

Deno.test("A chunked body arrives whole, however it is cut", async () => {
  const chunks = ["a", "bc".repeat(1000), "d"];
  const body = chunks
    .map((chunk) => `${chunk.length.toString(16)};x=y\r\n${chunk}\r\n`)
    .join("") + "0\r\ntrailer: t\r\n\r\n";
  await using server = new RawServer(async (_, { write }) => {
    await write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let at = 0; at < body.length; at += 3) {
      await write(body.slice(at, at + 3));
    }
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  for (let i = 0; i < 2; i++) {
    const found = await tool.outcome({ url: `http://${server.host}/` });
    assertEquals(found.body, chunks.join(""));
  }
  assertEquals(server.connections, 1);
});

Deno.test({
  name: "A sandbox can't grant hosts that this process may not reach",
  permissions: { net: ["a.test"], read: true },
  fn() {
    for (const grant of [["b.test"], ["*.a.test"], true] as const) {
      const config = SandboxConfig.builder().allowNetwork(grant).build();
      const error = assertThrows(
        () => new ToolSandbox(config),
        PermissionDenied,
      );
      assertMatch(error.message, /--allow-net/);
    }
  },
});
