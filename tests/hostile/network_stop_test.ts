import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { TimeoutExceeded } from "../../mod.ts";
import { answer, type RawHandler, RawServer } from "../network/raw_server.ts";
import { RequestingTool } from "../network/requesting_tool.ts";

/** What a server does in the phase that a call is to be stopped in. */
const PHASES: Readonly<Record<string, RawHandler>> = {
  "while it waits for the head": (_, { gone }) => gone,
  "in the middle of the head": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\nhalf: ");
    await gone;
  },
  "while it waits for the body": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n");
    await gone;
  },
  "in the middle of the body": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    await gone;
  },
  "in a body that drips": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\n\r\n");
    let isOver = false;
    void gone.then(() => isOver = true);
    while (!isOver && await write("x")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
  "in packed bytes that drip": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b");
    await gone;
  },
};

/** Stopping may take this long on a machine that does much else. */
const PROMPT_MS = 500;

function handler(phase: RawHandler): RawHandler {
  return (request, reply) =>
    request.path === "/ok" ? answer("ok") : phase(request, reply);
}

async function stoppable(
  server: RawServer,
  timeoutMs: number,
): Promise<RequestingTool> {
  return await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host]).maxWorkers(1)
      .maxExecutionTime(timeoutMs)
  );
}

/** The worker and the network go on as if nothing had been. */
async function checkIntact(
  server: RawServer,
  tool: RequestingTool,
): Promise<void> {
  await server.drained();
  const { body } = await tool.outcome({ url: `http://${server.host}/ok` });
  assertEquals(body, "ok");
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
}

for (const [name, phase] of Object.entries(PHASES)) {
  Deno.test(`An abort ends a request ${name}, and the worker is used again`, async () => {
    await using server = new RawServer(handler(phase));
    await using tool = await stoppable(server, 20_000);
    for (let round = 0; round < 2; round++) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(new Error("enough")), 60);
      const start = performance.now();
      await assertRejects(
        () =>
          tool.call(
            [{ head: { url: `http://${server.host}/` } }],
            {},
            { signal: abort.signal },
          ),
        Error,
        "enough",
      );
      clearTimeout(timer);
      assertLess(performance.now() - start, 60 + PROMPT_MS);
    }
    await checkIntact(server, tool);
  });

  Deno.test(`A deadline ends a request ${name}, and the worker is used again`, async () => {
    await using server = new RawServer(handler(phase));
    await using tool = await stoppable(server, 150);
    const start = performance.now();
    const result = await tool.call([{
      head: { url: `http://${server.host}/` },
    }]);
    assertLess(performance.now() - start, 150 + PROMPT_MS);
    assert(!result.ok && result.error instanceof TimeoutExceeded);
    await checkIntact(server, tool);
  });
}

Deno.test("A guest that never reads what it asked for holds nothing after its call", async () => {
  const big = "x".repeat(500_000);
  await using server = new RawServer(({ path }) =>
    answer(path === "/ok" ? "ok" : big)
  );
  await using tool = await stoppable(server, 1000);
  const url = `http://${server.host}/`;
  // Started, not read; the guest then burns its time.
  const result = await tool.call(
    [{ head: { url }, repeat: 8 }],
    { spin: true, keep: true, length_only: true },
  );
  assert(!result.ok && result.error instanceof TimeoutExceeded);
  const kept = await tool.call([{ head: { url }, repeat: 2 }], { keep: true });
  assert(kept.ok);
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
  await tool[Symbol.asyncDispose]();
  await server.drained();
});

Deno.test("Closing a sandbox ends the requests that are under way", async () => {
  await using server = new RawServer((_, { gone }) => gone);
  await using tool = await stoppable(server, 20_000);
  const call = tool.call([{ head: { url: `http://${server.host}/` } }]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(server.requests.length, 1);
  const start = performance.now();
  await tool.tool.sandbox.close();
  assertLess(performance.now() - start, 1000);
  const result = await call;
  assert(!result.ok);
  assertEquals(result.error.kind, "SandboxClosed");
  await server.drained();
});

Deno.test("200 requests of several guests at once are all answered, each with its own", async () => {
  await using server = new RawServer(async ({ path }) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return answer(`answer to ${path}`);
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const calls = Array.from({ length: 8 }, (_, call) =>
    tool.outcomes(
      Array.from({ length: 25 }, (_, i) => ({
        head: { url: `http://${server.host}/${call}-${i}` },
      })),
    ));
  const outcomes = await Promise.all(calls);
  outcomes.forEach((found, call) =>
    assertEquals(
      found.map(({ body }) => body),
      found.map((_, i) => `answer to /${call}-${i}`),
    )
  );
  assertEquals(server.requests.length, 200);
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
});
