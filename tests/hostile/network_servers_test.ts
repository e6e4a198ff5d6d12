import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { TimeoutExceeded } from "../../mod.ts";
import { answer, RawServer } from "../network/raw_server.ts";
import { type Outcome, RequestingTool } from "../network/requesting_tool.ts";

const MIB = 1024 * 1024;
const LENGTH_ONLY = { length_only: true };

/** One request to a server, by a fresh tool. */
async function ask(
  server: RawServer,
  limits: { responseBytes?: number; headerBytes?: number } = {},
): Promise<Outcome> {
  const tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host]).networkLimits(limits)
  );
  const url = `http://${server.host}/`;
  const [outcome] = await tool.outcomes([{ head: { url } }], LENGTH_ONLY);
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
  // What failed is closed at once, what may be used again with the sandbox.
  if (outcome!.errno !== undefined) await server.drained();
  await tool[Symbol.asyncDispose]();
  await server.drained();
  return outcome!;
}

async function gzip(chunk: Uint8Array, count: number): Promise<Uint8Array> {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (count-- > 0) controller.enqueue(new Uint8Array(chunk));
      else controller.close();
    },
  }).pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

Deno.test("A server that never answers costs the call its time, and no more", async () => {
  await using server = new RawServer(({ path }, { gone }) =>
    path === "/" ? gone : answer("soon")
  );
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host]).maxExecutionTime(300).maxWorkers(1)
  );
  const url = `http://${server.host}`;
  const start = performance.now();
  const result = await tool.call([{ head: { url: `${url}/` } }]);
  assertLess(performance.now() - start, 1300);
  assert(!result.ok && result.error instanceof TimeoutExceeded);
  await server.drained();
  const { body } = await tool.outcome({ url: `${url}/soon` });
  assertEquals(body, "soon");
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
});

Deno.test("A server that sends for ever is cut off at the limit", async () => {
  const piece = "x".repeat(65_536);
  await using endless = new RawServer(async (_, { write, close }) => {
    await write("HTTP/1.1 200 OK\r\n\r\n");
    while (await write(piece));
    close();
  });
  const { errno, text } = await ask(endless, { responseBytes: MIB });
  assertEquals(errno, 3);
  assertStringIncludes(text!, `limit of ${MIB} bytes`);
});

Deno.test("A server that sends 1 GiB is cut off at the default limit", async () => {
  const size = 1024 * MIB;
  let sent = 0;
  await using server = new RawServer(async (_, { write, close }) => {
    const piece = new Uint8Array(65_536);
    await write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
    while (sent < size && await write(piece)) sent += piece.length;
    close();
  });
  const { errno, text } = await ask(server);
  assertEquals(errno, 3);
  assertStringIncludes(text!, `limit of ${10 * MIB} bytes`);
  assertLess(sent, 32 * MIB);
});

Deno.test("A body of exactly the limit arrives, one more byte does not", async () => {
  await using server = new RawServer(({ path }) =>
    answer("x".repeat(path === "/" ? 50_000 : 50_001))
  );
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host]).networkLimits({ responseBytes: 50_000 })
  );
  const url = `http://${server.host}/`;
  assertEquals((await tool.outcome({ url })).length, 50_000);
  assertEquals((await tool.outcome({ url: `${url}more` })).errno, 3);
  // The limit is for all responses of a call together.
  const both = await tool.outcomes([{ head: { url }, repeat: 2 }]);
  assertEquals(both.map(({ errno }) => errno), [undefined, 3]);
});

Deno.test("What breaks the protocol is broken, and costs no worker", async () => {
  const head = "HTTP/1.1 200 OK\r\n";
  const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
  const cases: readonly [bytes: string, why: string][] = [
    [`${head}content-length: 10\r\n\r\nabc`, "before its length"],
    [`${head}content-length: -1\r\n\r\n`, "an invalid length"],
    [
      `${head}content-length: 3\r\ncontent-length: 4\r\n\r\nabc`,
      "an invalid length",
    ],
    [`${head}content-length: 1e3\r\n\r\n`, "an invalid length"],
    [`${head}content-length: 9999999999999999999\r\n\r\n`, "an invalid length"],
    [
      `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc`,
      "a transfer coding and a length",
    ],
    [`${head}transfer-encoding: gzip, chunked\r\n\r\n`, "transfer coding"],
    [`${chunked}5\r\nab`, "before its last chunk"],
    [`${chunked}2\r\nabc\r\n`, "malformed chunk"],
    [`${chunked}zz\r\n`, "malformed chunk"],
    [`${chunked}-5\r\n`, "malformed chunk"],
    [`${chunked}${"f".repeat(20)}\r\n`, "malformed chunk"],
    [`${chunked}${"1".repeat(5000)}`, "a line of over"],
    [`${chunked}1\nx`, "malformed line"],
    [`${chunked}0\r\n${"a: b\r\n".repeat(100)}`, "trailers"],
    [`${head}content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc`, "gzip"],
    [`${head}no colon\r\n\r\n`, "malformed header"],
    [`${head} folded: x\r\n\r\n`, "malformed header"],
    [`${head}a b: x\r\n\r\n`, "malformed header"],
    [`${head}a: \x00\r\n\r\n`, "malformed header"],
    ["HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", "switched protocols"],
    ["HTTP/2 200\r\n\r\n", "did not answer with HTTP/1.1"],
    ["SSH-2.0-OpenSSH\r\n\r\n", "did not answer with HTTP/1.1"],
    ["HTTP/1.1 200 OK\r\na: b", "closed the connection"],
    ["", "closed the connection"],
  ];
  let bytes = "";
  await using server = new RawServer(async (_, { write, close }) => {
    await write(bytes);
    close();
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  for (const [sent, why] of cases) {
    bytes = sent;
    const { errno, text } = await tool.outcome({
      url: `http://${server.host}/`,
    });
    assert(errno === 5 || errno === 4, `${why}: ${errno} ${text}`);
    assertStringIncludes(text!, why);
    await server.drained();
  }
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
});

Deno.test("A server that sends more than it said is read to what it said", async () => {
  await using server = new RawServer(({ path }) =>
    `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc${
      path === "/" ? "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged" : ""
    }`
  );
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const url = `http://${server.host}/`;
  const found = await tool.outcomes([{ head: { url }, repeat: 3 }], {
    one_by_one: true,
  });
  // What was left over must not be taken for the answer to the next request.
  assertEquals(found.map(({ body }) => body), ["abc", "abc", "abc"]);
});

Deno.test("A head that does not end, or is too large, is cut off", async () => {
  const heads: readonly string[] = [
    `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(20_000)}`,
    `HTTP/1.1 200 OK\r\nlong: ${"x".repeat(100_000)}`,
    "HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000),
    "x".repeat(100_000),
  ];
  for (const head of heads) {
    await using server = new RawServer(async (_, { write, gone }) => {
      await write(head);
      await gone;
    });
    const { errno, text } = await ask(server);
    assertEquals(errno, 3);
    assertStringIncludes(text!, "65536 bytes");
  }
});

Deno.test("Interim answers are passed over", async () => {
  const interim = "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".repeat(3);
  await using server = new RawServer(() => interim + answer("at last"));
  assertEquals((await ask(server)).length, 7);
});

Deno.test("A gzip bomb is cut off at the limit, however it is packed", async () => {
  const bomb = await gzip(new Uint8Array(MIB), 200);
  assertLess(bomb.length, MIB / 4);
  await using server = new RawServer(async (_, { write, close }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n");
    await write(bomb);
    close();
  });
  const before = Deno.memoryUsage().rss;
  const { errno, text } = await ask(server);
  assertEquals(errno, 3);
  assertStringIncludes(text!, `limit of ${10 * MIB} bytes`);
  assertLess(Deno.memoryUsage().rss - before, 150 * MIB);
});

Deno.test("Packed bytes that unpack to nothing count as well", async () => {
  // Deflate's empty stored blocks: five bytes each, for nothing.
  const blocks = new Uint8Array(50_000);
  for (let at = 0; at < blocks.length; at += 5) {
    blocks.set([0, 0, 0, 0xff, 0xff], at);
  }
  await using server = new RawServer(async (_, { write, close }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n");
    await write(Uint8Array.of(31, 139, 8, 0, 0, 0, 0, 0, 0, 255));
    while (await write(blocks));
    close();
  });
  const { errno } = await ask(server, { responseBytes: MIB });
  assertEquals(errno, 3);
});

Deno.test("gzip is unpacked, in pieces of any size", async () => {
  const packed = await gzip(new TextEncoder().encode("hello ".repeat(500)), 10);
  await using server = new RawServer(async (_, { write, close }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n");
    for (let at = 0; at < packed.length; at += 7) {
      await write(packed.subarray(at, at + 7));
    }
    close();
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const { body, head } = await tool.outcome({ url: `http://${server.host}/` });
  assertEquals(body, "hello ".repeat(5000));
  assertEquals(head?.headers, {});
});
