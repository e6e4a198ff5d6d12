import { assert, assertEquals } from "@std/assert";
import { serveMcp } from "../../../src/adapters/mcp/mod.ts";
import { joinedStreams } from "./stream_client.ts";
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

Deno.test("Over HTTP, a request of another site, host or without the token is refused", async () => {
  await using tools = await testTools();
  const token = "a-token-of-some-length";
  await using server = serveMcp(tools, { http: { token } });
  const post = async (headers: Record<string, string>) => {
    const response = await rawPost(server.url!, headers);
    return response.slice(0, response.indexOf("\r\n"));
  };
  const { host } = new URL(server.url!);
  const good = { host, authorization: `Bearer ${token}` };
  assertEquals(await post(good), "HTTP/1.1 200 OK");
  const port = new URL(server.url!).port;
  for (
    const [bad, status] of [
      [{ host: "evil.example" }, "403"],
      [{ host: `evil.example:${port}` }, "403"],
      [{ host: `127.0.0.1.evil.example:${port}` }, "403"],
      [{ origin: "http://evil.example" }, "403"],
      [{ origin: "null" }, "403"],
      [{ authorization: "" }, "401"],
      [{ authorization: `Bearer ${token}x` }, "401"],
      [{ authorization: token }, "401"],
    ] as const
  ) {
    const first = await post({ ...good, ...bad });
    assert(first.includes(status), `${JSON.stringify(bad)}: ${first}`);
  }
  assertEquals(
    await post({ ...good, origin: "http://localhost:3000" }),
    "HTTP/1.1 200 OK",
  );
});

Deno.test("Nobody serves other machines without a token", async () => {
  await using tools = await testTools();
  for (const hostname of ["0.0.0.0", "::", "192.0.2.1"]) {
    let error: unknown;
    try {
      await serveMcp(tools, { http: { hostname } }).close();
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof TypeError, hostname);
  }
});

Deno.test("Over HTTP, what is no message gets an error and the server goes on", async () => {
  await using tools = await testTools();
  await using server = serveMcp(tools, {
    http: {},
    maxMessageBytes: 100_000,
  });
  const url = server.url!;
  const send = async (body: BodyInit, headers: HeadersInit = JSON_HEADERS) => {
    const response = await fetch(url, { method: "POST", headers, body });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await send("x".repeat(100_001)), 413);
  assertEquals(await send(endless(200_000)), 413);
  for (
    const body of [
      "",
      "{",
      "null",
      "1",
      "[]",
      "{}",
      '{"jsonrpc":"2.0"}',
      JSON.stringify(request({}, "tools/list")),
      JSON.stringify(request([1], "tools/list")),
      "[".repeat(50_000),
    ]
  ) {
    const status = await send(body);
    assert(status >= 400 && status < 500, `${body.slice(0, 40)}: ${status}`);
  }
  assertEquals(
    await send("{}", { ...JSON_HEADERS, "content-type": "text/plain" }),
    415,
  );
  for (const method of ["GET", "DELETE", "PUT"]) {
    const response = await fetch(url, { method });
    await response.body?.cancel();
    assertEquals(response.status, 405, method);
  }
  assertEquals(await send(JSON.stringify(request(1, "tools/list"))), 200);
});

Deno.test("Ids of any kind come back as they were, and never mix calls", async () => {
  await using tools = await testTools();
  const wire = await connected(tools);
  const ids = [0, -1, 1.5e9, "", "1", 1, "x".repeat(10_000), "\u0000\u202e"];
  for (const id of ids) wire.send(call(id, "echo", { id }));
  for (let i = 0; i < ids.length; i++) {
    const { id, result } = await wire.next() as Answer;
    assertEquals(result.structuredContent, { id });
  }
  // The same id again and again.
  for (let n = 0; n < 50; n++) wire.send(call("same", "echo", { n }));
  const seen = new Set<number>();
  for (let n = 0; n < 50; n++) {
    const { result } = await wire.next() as Answer;
    seen.add(result.structuredContent.n as number);
  }
  assertEquals(seen.size, 50);
  await wire.end();
});

Deno.test("A line that is no message is skipped, one without an end closes the wire", async () => {
  await using tools = await testTools();
  const wire = await connected(tools, 100_000);
  for (
    const line of [
      "",
      "   ",
      "\r",
      "nonsense",
      "[1,2]",
      "{}",
      "\ufeff{}",
      '{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
      '{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
      '{"jsonrpc":"2.0","id":7,"result":{}}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled"}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}',
      "[".repeat(50_000),
    ]
  ) wire.write(`${line}\n`);
  wire.send(call(9, "echo", { n: 9 }));
  let answer = await wire.next() as Answer;
  while (answer.id !== 9) answer = await wire.next() as Answer;
  assertEquals(answer.result.structuredContent, { n: 9 });
  wire.write("x".repeat(100_001));
  await wire.finished;
});

Deno.test("A client that asks and never reads is not read from without end", async () => {
  await using tools = await testTools();
  const text = "y".repeat(100_000);
  let asked = 0;
  const input = new ReadableStream<Uint8Array>({
    pull(controller) {
      const message = asked === 0 ? INITIALIZE : call(asked, "echo", { text });
      controller.enqueue(
        new TextEncoder().encode(`${JSON.stringify(message)}\n`),
      );
      asked++;
    },
  }, { highWaterMark: 0 });
  const stuck = Promise.withResolvers<number>();
  const server = serveMcp(tools, {
    input,
    output: { write: () => stuck.promise },
    graceMs: 10,
  });
  let before = -1;
  while (asked !== before) {
    before = asked;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  // 64 MiB of 100 kB each.
  assert(asked > 100 && asked < 1_000, `${asked} were read`);
  stuck.reject(new Deno.errors.BrokenPipe());
  await server.finished;
});

const INITIALIZE = request(0, "initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" },
});

Deno.test("JSON that is nested deep is an answer or an error, in both directions", async () => {
  await using tools = await testTools();
  const wire = await connected(tools);
  for (const depth of [1_000, 20_000, 400_000]) {
    const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    const message = JSON.stringify(call(depth, "echo", "DEEP"));
    wire.write(`${message.replace('"DEEP"', deep)}\n`);
    const answer = await wire.next() as Answer;
    assertEquals(answer.id, depth);
  }
  wire.send(call("after", "echo", { n: 1 }));
  const { result } = await wire.next() as Answer;
  assertEquals(result.structuredContent, { n: 1 });
  await wire.end();
});

interface Answer {
  readonly id: unknown;
  readonly result: { readonly structuredContent: Record<string, unknown> };
}

/** A wire of an older client that writes what it likes. */
async function connected(
  tools: Awaited<ReturnType<typeof testTools>>,
  maxMessageBytes?: number,
) {
  const { client, host } = joinedStreams();
  const server = serveMcp(tools, { ...host, maxMessageBytes });
  const reader = client.input
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let rest = "";
  const next = async (): Promise<unknown> => {
    while (!rest.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The wire was closed");
      rest += value;
    }
    const end = rest.indexOf("\n");
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    return JSON.parse(line);
  };
  const encoder = new TextEncoder();
  const write = (text: string) => {
    client.output.write(encoder.encode(text)).catch(() => {});
  };
  const send = (message: object) => write(`${JSON.stringify(message)}\n`);
  send(INITIALIZE);
  await next();
  const end = async () => {
    client.hangUp();
    await server.finished;
  };
  return { send, write, next, end, finished: server.finished };
}

/** A body that does not say how long it is. */
function endless(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(1_000).fill(0x20));
      left -= 1_000;
    },
  });
}

/** `fetch` sets some headers itself. */
async function rawPost(
  url: string,
  headers: Record<string, string>,
): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  const body = JSON.stringify(request(1, "tools/list"));
  const lines = Object.entries({
    ...JSON_HEADERS,
    ...headers,
    "content-length": `${body.length}`,
    "connection": "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const text = `POST ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(65_536);
  const length = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, length));
}
