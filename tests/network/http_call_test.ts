import { assertEquals, assertGreater } from "@std/assert";
import {
  decodeHandles,
  encodeWait,
  HttpError,
  HttpOp,
  type HttpReply,
} from "../../src/channel/http_layout.ts";
import { DEFAULT_NETWORK_LIMITS } from "../../src/config/network_limits.ts";
import { Fetcher } from "../../src/network/fetcher.ts";
import { HttpCall } from "../../src/network/http_call.ts";
import { answer, RawServer } from "./raw_server.ts";

const NOTHING = new Uint8Array();

/** A call that asks a server as guests do. */
class AskedCall implements Disposable {
  readonly #fetcher: Fetcher;
  readonly #host: string;
  readonly call: HttpCall;

  constructor({ host, port }: RawServer) {
    this.#host = host;
    const hosts = [{ host: "127.0.0.1", wildcard: false, port }];
    const limits = DEFAULT_NETWORK_LIMITS;
    this.#fetcher = new Fetcher({ hosts, secrets: [], limits });
    this.call = new HttpCall(this.#fetcher);
  }

  async start(path: string): Promise<number> {
    const head = JSON.stringify({ url: `http://${this.#host}${path}` });
    const bytes = new TextEncoder().encode(head);
    return (await this.#ask(HttpOp.Request, 0, bytes)).value;
  }

  head(handle: number): Promise<HttpReply> {
    return this.#ask(HttpOp.Head, handle, NOTHING);
  }

  async read(handle: number): Promise<string> {
    const { piece } = await this.#ask(HttpOp.Read, handle, NOTHING);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(piece);
  }

  /** The handles that are ready, or the number of an error. */
  async wait(timeoutMs: number, ...handles: number[]): Promise<number[]> {
    const bytes = encodeWait({ timeoutMs, handles });
    const { value, piece } = await this.#ask(HttpOp.Wait, 0, bytes);
    if (value < 0) return [value];
    const ready = decodeHandles(piece ?? NOTHING);
    assertEquals(ready.length, value);
    return ready;
  }

  async #ask(op: HttpOp, handle: number, head: Uint8Array): Promise<HttpReply> {
    return await this.call.reply({ op, handle, head, body: NOTHING });
  }

  [Symbol.dispose](): void {
    this.call.end();
    this.#fetcher.close();
  }
}

Deno.test("A wait for several requests ends with the first that has something", async () => {
  const more = Promise.withResolvers<void>();
  await using server = new RawServer(async ({ path }, reply) => {
    if (path === "/now") return answer("now");
    if (path === "/never") return await reply.gone;
    await reply.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n");
    await more.promise;
    await reply.write("late");
  });
  using asked = new AskedCall(server);
  const never = await asked.start("/never");
  const late = await asked.start("/late");
  assertEquals(await asked.wait(-1, never, late), [late]);
  assertEquals(await asked.wait(0, never, late), [late]);
  assertEquals((await asked.head(late)).value, 0);
  const started = performance.now();
  assertEquals(await asked.wait(30, never, late), []);
  assertGreater(performance.now() - started, 25);
  assertEquals(await asked.wait(0, never, late), []);
  const waiting = asked.wait(-1, never, late);
  more.resolve();
  assertEquals(await waiting, [late]);
  // What was read ahead is there, and is read once.
  assertEquals(await asked.wait(0, never, late), [late]);
  assertEquals(await asked.read(late), "late");
  const now = await asked.start("/now");
  assertEquals(await asked.wait(-1, never, now), [now]);
  assertEquals(asked.call.openRequests, 2);
});

Deno.test("A wait tells of a body that broke off, and reading it says so", async () => {
  await using server = new RawServer(async (_, reply) => {
    await reply.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n");
    await new Promise((done) => setTimeout(done, 20));
    reply.close();
  });
  using asked = new AskedCall(server);
  const handle = await asked.start("/");
  await asked.head(handle);
  for (let n = 0; n < 2; n++) {
    assertEquals(await asked.wait(-1, handle), [handle]);
    const { value } = await asked.call.reply({
      op: HttpOp.Read,
      handle,
      head: NOTHING,
      body: NOTHING,
    });
    assertEquals(value, -HttpError.Broken);
  }
});

Deno.test("A body that is malformed in what came with its head is never complete", async () => {
  await using server = new RawServer(async (_, reply) => {
    const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    await reply.write(`${head}3\r\nabc\r\nno chunk\r\n`);
    await reply.gone;
  });
  using asked = new AskedCall(server);
  const handle = await asked.start("/");
  for (const op of [HttpOp.Head, HttpOp.Read, HttpOp.Read, HttpOp.Read]) {
    const question = { op, handle, head: NOTHING, body: NOTHING };
    const { value, isEnd } = await asked.call.reply(question);
    assertEquals(value === 0 && isEnd, false);
  }
  assertEquals(await asked.wait(-1, handle), [handle]);
});

Deno.test("A wait for what there is not is refused, and another wait or the end of the call ends it", async () => {
  await using server = new RawServer((_, reply) => reply.gone);
  using asked = new AskedCall(server);
  assertEquals(await asked.wait(-1, 1), [-HttpError.Invalid]);
  const handle = await asked.start("/");
  assertEquals(await asked.wait(-1, handle + 1), [-HttpError.BadHandle]);
  assertEquals(await asked.wait(-1, handle, handle), [-HttpError.Invalid]);
  const first = asked.wait(-1, handle);
  const second = asked.wait(100_000, handle);
  assertEquals(await first, []);
  asked.call.end();
  assertEquals(await second, []);
});
