/** How messages go out to a client that started this process. */

import { assertEquals } from "@std/assert";
import { StdioWire } from "../../../src/adapters/mcp/stdio_wire.ts";

const REPORT = {
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: {},
} as const;

Deno.test("While many requests are open, their answers share writes, in order", async () => {
  await using client = await ClientOf.requests(24);
  for (let id = 0; id < 24; id++) {
    client.answer(id);
    await turns();
  }
  const sizes = client.writes.map((write) => write.length);
  assertEquals(sizes, [16, 5, 1, 1, 1]);
  assertEquals(client.writes.flat(), Array.from({ length: 24 }, (_, i) => i));
});

Deno.test("While few requests are open, an answer waits for no other", async () => {
  await using client = await ClientOf.requests(4);
  for (let id = 0; id < 4; id++) {
    client.answer(id);
    await turns();
    assertEquals(client.writes.length, id + 1);
  }
});

Deno.test("An answer that no other follows is written all the same", async () => {
  await using client = await ClientOf.requests(8);
  await client.answer(5);
  assertEquals(client.writes, [[5]]);
});

Deno.test("A report is written at once, behind the answers that wait", async () => {
  await using client = await ClientOf.requests(8);
  client.answer(5);
  await turns();
  assertEquals(client.writes, []);
  client.wire.send(REPORT);
  await turns();
  assertEquals(client.writes, [[5, undefined]]);
});

Deno.test("Answers that come while a client does not read share the next write", async () => {
  await using client = await ClientOf.requests(3);
  const { promise, resolve } = Promise.withResolvers<void>();
  client.reads = promise;
  client.answer(0);
  await turns();
  client.answer(1);
  await turns();
  client.answer(2);
  await turns();
  resolve();
  await turns();
  assertEquals(client.writes, [[0], [1, 2]]);
});

/** A client that has sent requests, and what was written to it. */
class ClientOf implements AsyncDisposable {
  readonly wire: StdioWire;
  /** The ids in each write. */
  readonly writes: (number | undefined)[][] = [];
  /** A write ends when the client reads. */
  reads: Promise<void> = Promise.resolve();

  private constructor(count: number) {
    const lines = Array.from(
      { length: count },
      (_, id) => `${JSON.stringify({ jsonrpc: "2.0", id, method: "ping" })}\n`,
    );
    const input = new ReadableStream<Uint8Array>({
      start: (out) => out.enqueue(new TextEncoder().encode(lines.join(""))),
    });
    const output = { write: (bytes: Uint8Array) => this.#write(bytes) };
    this.wire = new StdioWire({ input, output }, 1_000);
  }

  static async requests(count: number): Promise<ClientOf> {
    const client = new ClientOf(count);
    const { promise, resolve } = Promise.withResolvers<void>();
    let taken = 0;
    client.wire.onmessage = () => {
      if (++taken === count) resolve();
    };
    await client.wire.start();
    await promise;
    return client;
  }

  answer(id: number): Promise<void> {
    return this.wire.send({ jsonrpc: "2.0", id, result: {} });
  }

  async #write(bytes: Uint8Array): Promise<number> {
    const lines = new TextDecoder().decode(bytes).trim().split("\n");
    this.writes.push(lines.map((line) => JSON.parse(line).id));
    await this.reads;
    return bytes.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wire.close();
  }
}

/** Lets all go on that waits for no timer. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}
