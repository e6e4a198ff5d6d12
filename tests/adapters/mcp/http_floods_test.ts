/** Clients over HTTP that ask for much at once, or hold on to what they asked. */

import { assert, assertEquals } from "@std/assert";
import { mcpHandler, serveMcp } from "../../../src/adapters/mcp/mod.ts";
import { EventLoopWatch } from "../../hostile/event_loop_watch.ts";
import { delay, until } from "../nats/until.ts";
import { testTools } from "./served_tools.ts";

const JSON_HEADERS = {
  "content-type": "application/json",
  "accept": "application/json, text/event-stream",
};

/** A request of an older client, which needs no handshake. */
function request(id: unknown, method: string, params: object = {}): object {
  return { jsonrpc: "2.0", id, method, params };
}

function call(id: unknown, name: string, args: unknown = {}): object {
  return request(id, "tools/call", { name, arguments: args });
}

function posted(body: string): Request {
  const headers = { ...JSON_HEADERS, host: "localhost" };
  return new Request("http://localhost/mcp", { method: "POST", headers, body });
}

Deno.test("Bodies that come slowly, or wait for their calls, hold bounded memory", async () => {
  await using tools = await testTools();
  await using server = serveMcp(tools, { http: {}, graceMs: 10 });
  const { host, port, hostname } = new URL(server.url!);
  const size = 4 * 1024 * 1024;
  const head = new TextEncoder().encode(
    `POST /mcp HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`,
  );
  const most = new Uint8Array(size - 1).fill(0x20);
  const before = Deno.memoryUsage().rss;
  const connections: Deno.Conn[] = [];
  let refused = 0;
  const stall = async () => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connections.push(connection);
    const line = new Uint8Array(12);
    connection.read(line).then(() => {
      if (new TextDecoder().decode(line) === "HTTP/1.1 503") refused++;
    }).catch(() => {});
    await writeAll(connection, head);
    // Whoever is refused is not read from any more.
    await writeAll(connection, most).catch(() => {});
  };
  try {
    for (let i = 0; i < 100; i++) {
      await Promise.race([stall(), delay(50)]);
      if (refused >= 10) break;
    }
    assert(refused >= 10, `${refused} of ${connections.length} are refused`);
    const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
    assert(grown < 400, `${grown} MiB`);
    // Nobody whose message is short waits for them.
    const response = await fetch(server.url!, {
      method: "POST",
      headers: JSON_HEADERS,
      body: JSON.stringify(call(1, "echo", { n: 1 })),
    });
    assert((await response.text()).includes('"n":1'));
    assertEquals(response.status, 200);
  } finally {
    for (const connection of connections) connection.close();
  }
});

Deno.test("More connections than the process may have end no server", async () => {
  const script = new URL("./few_descriptors_process.ts", import.meta.url);
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'ulimit -n 256 && exec "$0" run -A --unstable-worker-options "$1"',
      Deno.execPath(),
      script.pathname,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  const reading = (async () => {
    const text = child.stdout.pipeThrough(new TextDecoderStream());
    for await (const piece of text) said += piece;
  })();
  await until("it serves", () => said.includes("/mcp\n"), 60_000);
  const url = said.slice(0, said.indexOf("\n"));
  const { hostname, port } = new URL(url);
  const connections: Deno.Conn[] = [];
  const connect = () => Deno.connect({ hostname, port: Number(port) });
  try {
    await until("it has no more descriptors", async () => {
      const connection = await connect().catch(() => undefined);
      if (connection) connections.push(connection);
      return said.includes("error ") || connections.length > 1_000;
    });
  } finally {
    for (const connection of connections) connection.close();
  }
  const asked = JSON.stringify(call(1, "echo", { n: 1 }));
  const answers = async () => {
    const post = { method: "POST", headers: JSON_HEADERS, body: asked };
    const response = await fetch(url, post).catch(() => undefined);
    return (await response?.text())?.includes('"n":1') ?? false;
  };
  await until("it answers again", answers);
  await child.stdin.close();
  assertEquals((await child.status).code, 0);
  await reading;
  assert(said.endsWith("closed\n"), said);
});

Deno.test("A message with very many members holds up no event loop", async () => {
  await using tools = await testTools();
  const handler = mcpHandler(tools);
  const members = (value: unknown, count = 250_000) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`a${i}`, value]),
    );
  const bodies = {
    params: request(1, "tools/call", { name: "echo", ...members(0) }),
    arguments: call(1, "echo", members(0)),
    meta: request(1, "tools/list", { _meta: members(0) }),
    capabilities: request(1, "initialize", {
      protocolVersion: "2025-11-25",
      clientInfo: { name: "x", version: "1" },
      capabilities: { experimental: members({}) },
    }),
    members: { ...request(1, "tools/list"), ...members(0) },
    batch: Array.from(
      { length: 100 },
      (_, i) => call(i, "echo", members(0, 999)),
    ),
  };
  const post = async (text: string) => {
    const response = await handler.fetch(posted(text));
    return [response.status, await response.text()] as const;
  };
  await post(JSON.stringify(call(1, "echo", { n: 1 })));
  for (const [what, body] of Object.entries(bodies)) {
    const text = JSON.stringify(body);
    const watch = new EventLoopWatch();
    watch.start();
    const [status] = await post(text);
    const { workedMs } = await watch.stop();
    assertEquals(status, 400, what);
    assert(workedMs < 250, `${what}: held up for ${workedMs} ms`);
  }
  // What a tool is given may be as much as it likes, below one name.
  const large = call(1, "echo", { n: members(0, 50_000) });
  const [status, text] = await post(JSON.stringify(large));
  assertEquals(status, 200);
  assert(text.includes('"a49999":0'));
  await handler.close();
});

Deno.test("A request is open until its answer has ended, or nobody reads it", async () => {
  await using tools = await testTools();
  const handler = mcpHandler(tools, { graceMs: 10 });
  const text = JSON.stringify(call(1, "echo", { n: 1 }));
  const listen = () => handler.fetch(posted(text));
  const open: Response[] = [];
  for (let i = 0; i < 4_096; i++) open.push(await listen());
  assertEquals((await listen()).status, 503);
  await open[0]!.body!.cancel();
  await open[1]!.text();
  for (const status of [200, 200, 503]) {
    const response = await listen();
    assertEquals(response.status, status);
    open.push(response);
  }
  for (const response of open.slice(2)) await response.body?.cancel();
  assertEquals((await listen()).status, 200);
  await handler.close();
});

async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}
