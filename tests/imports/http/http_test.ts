import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CompilationFailed, SandboxConfig, ToolSandbox } from "../../../mod.ts";
import {
  HttpGuestEnd,
  type SeenReply,
} from "../../../src/channel/http_guest_end.ts";
import {
  httpBuffers,
  HttpOp,
  type HttpQuestion,
} from "../../../src/channel/http_layout.ts";
import { DEFAULT_NETWORK_LIMITS } from "../../../src/config/network_limits.ts";
import { Http } from "../../../src/imports/http/http.ts";
import { StopPage } from "../../../src/stop_page.ts";
import { type ModuleParts, wasmModule } from "./importing_module.ts";
import { answer, RawServer } from "../../network/raw_server.ts";
import { RequestingTool } from "../../network/requesting_tool.ts";

/** Calls one import with numbers, in a module whose memory has one page. */
async function call(
  name: string,
  ...args: number[]
): Promise<number> {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(
    wasmModule({ name, params: args.length }),
  );
  const input = new Uint8Array(Int32Array.from(args).buffer);
  const result = await sandbox.execute(module, "call", input);
  return new DataView(result.buffer, result.byteOffset).getInt32(0, true);
}

const FAULT = -7;
const BAD_HANDLE = -6;

Deno.test("cortex_http tells its version", async () => {
  assertEquals(await call("version"), 1);
});

Deno.test("cortex_http checks every pointer, length and handle", async () => {
  const cases: readonly [name: string, args: number[], answer: number][] = [
    ["request", [-1, 1, 0, 0], FAULT],
    ["request", [0, -1, 0, 0], FAULT],
    ["request", [65_535, 2, 0, 0], FAULT],
    ["request", [0x7fff_ffff, 0x7fff_ffff, 0, 0], FAULT],
    ["request", [0, 0, 65_537, 0], FAULT],
    ["request", [0, 0, 0, 65_537], FAULT],
    ["request", [0, 0, 0, 0], -1],
    ["request", [0, 65_536, 0, 0], -1],
    ["response_head", [1, 0, 65_537], FAULT],
    ["response_head", [1, 0, 10], BAD_HANDLE],
    ["response_head", [-1, 0, 10], BAD_HANDLE],
    ["read", [1, -8, 16], FAULT],
    ["read", [0, 0, 16], BAD_HANDLE],
    ["wait", [0, 0, -1], 0],
    ["wait", [-1, 0, 0], FAULT],
    ["wait", [0, 1, 0], -1],
    ["wait", [0, -1, 0], -1],
    ["wait", [0, 0x4000_0000, 0], -1],
    ["close", [1], BAD_HANDLE],
    ["close", [-2147483648], BAD_HANDLE],
    ["error_text", [65_536, 1], FAULT],
    ["error_text", [0, 65_536], 0],
  ];
  for (const [name, args, expected] of cases) {
    assertEquals(await call(name, ...args), expected, `${name}(${args})`);
  }
});

/** Answers at once, each time with the next piece of a body, and then its end. */
class AnsweringEnd extends HttpGuestEnd {
  readonly #pieces: string[];

  constructor(pieces: readonly string[]) {
    const buffers = httpBuffers(DEFAULT_NETWORK_LIMITS);
    super(buffers, new StopPage(), () => {});
    this.#pieces = [...pieces];
  }

  override ask({ op }: HttpQuestion): SeenReply {
    const [head, nothing] = [new TextEncoder().encode("{}"), new Uint8Array()];
    if (op === HttpOp.Request) {
      return { value: 1, text: nothing, piece: nothing, isEnd: false };
    }
    const [piece = ""] = this.#pieces.splice(0, 1);
    return {
      value: 0,
      text: op === HttpOp.Head ? head : nothing,
      piece: new TextEncoder().encode(piece),
      isEnd: this.#pieces.length === 0,
    };
  }
}

Deno.test("cortex_http loses no byte of a body that is read before its head", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const http = new Http(new AnsweringEnd(["abcd", "ef"]), new StopPage());
  http.attach(memory);
  const call = (name: string, ...args: number[]) =>
    (http.imports[name] as (...args: number[]) => number)(...args);
  const read = (bytes: number) => {
    const length = call("read", 1, 0, bytes);
    return new TextDecoder().decode(new Uint8Array(memory.buffer, 0, length));
  };
  call("request", 0, 0, 0, 0);
  const first = read(1);
  assertEquals(call("response_head", 1, 0, 100), 2);
  assertEquals([first, read(9), read(9), read(9)], ["a", "bcd", "ef", ""]);
});

Deno.test("A module that imports what cortex_http does not have is refused at load", async () => {
  const cases: readonly ModuleParts[] = [
    { name: "fetch", params: 4 },
    { name: "request", params: 3 },
    { name: "__proto__", params: 0 },
    { name: "version", params: 0, isI64: true },
  ];
  await using sandbox = new ToolSandbox();
  for (const parts of cases) {
    await assertRejects(
      () => sandbox.loadModule(wasmModule(parts)),
      CompilationFailed,
      "cortex_http",
    );
  }
});

Deno.test("A guest without a grant is told so, and so is the host", async () => {
  await using server = new RawServer(() => answer("never"));
  await using tool = await RequestingTool.load((builder) => builder);
  const url = `http://${server.host}/`;
  const result = await tool.call([{ head: { url } }, { head: { url: "x:" } }]);
  assert(result.ok);
  assertEquals(result.denied, [
    { url, reason: `Host "${server.host}" is not granted` },
    { url: "x:", reason: 'Scheme "x:" is neither http nor https' },
  ]);
  assertEquals(server.connections, 0);
});

Deno.test("What is refused is recorded 32 times and no more, cut", async () => {
  await using tool = await RequestingTool.load((builder) => builder);
  const url = `http://a.test/${"x".repeat(5000)}`;
  const result = await tool.call([{ head: { url }, repeat: 100 }]);
  assert(result.ok);
  assertEquals(result.denied.length, 32);
  assertEquals(result.denied[0]!.url.length, 201);
});

Deno.test("A malformed head is invalid, and the text says why", async () => {
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork(["a.test"])
  );
  const url = "http://a.test/";
  const cases: readonly [head: unknown, why: string][] = [
    ["[]", "not a JSON object"],
    ["{", "not JSON"],
    ["\xff", "not JSON"],
    ["[".repeat(50_000), "not JSON"],
    [{}, "no URL"],
    [{ url: 1 }, "no URL"],
    [{ url: "/relative" }, "malformed"],
    [{ url: "http://" }, "malformed"],
    [{ url: `http://a.test/${"x".repeat(9000)}` }, "limit is 8192"],
    [{ url, method: "get" }, "Method"],
    [{ url, method: "CONNECT" }, "Method"],
    [{ url, method: "TRACE" }, "Method"],
    [{ url, method: "GET / HTTP/1.1\r\nx: y" }, "Method"],
    [{ url, proxy: "x" }, "unknown key"],
    [{ url, headers: [] }, "not a JSON object"],
    [{ url, headers: { "a b": "x" } }, "not a valid name"],
    [{ url, headers: { "a\r\nb": "x" } }, "not a valid name"],
    [{ url, headers: { a: "x\r\nb: c" } }, "printable ASCII"],
    [{ url, headers: { a: "é" } }, "printable ASCII"],
    [{ url, headers: { a: 1 } }, "printable ASCII"],
    [{ url, headers: { a: "x", A: "y" } }, "given twice"],
    [{ url, headers: { Host: "b.test" } }, "can't be set"],
    [{ url, headers: { "content-length": "9" } }, "can't be set"],
    [{ url, headers: { "Transfer-Encoding": "chunked" } }, "can't be set"],
    [{ url, headers: { "Proxy-Authorization": "x" } }, "can't be set"],
    [{ url, headers: { Connection: "upgrade" } }, "can't be set"],
  ];
  for (const [head, why] of cases) {
    const told = typeof head === "string"
      ? { raw: head }
      : { head: head as Record<string, unknown> };
    const [outcome] = await tool.outcomes([told]);
    assertEquals(outcome!.errno, 1, why);
    assertStringIncludes(outcome!.text!, why);
  }
  const [withBody] = await tool.outcomes([{ head: { url }, body: "x" }]);
  assertStringIncludes(withBody!.text!, "GET takes no body");
});

Deno.test("Requests, their bodies and their heads stay within the limits of the call", async () => {
  await using server = new RawServer(() => answer("ok"));
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host]).networkLimits({
      requests: 3,
      requestBytes: 1000,
      headerBytes: 2000,
    })
  );
  const url = `http://${server.host}/`;
  const errnos = async (requests: Parameters<typeof tool.outcomes>[0]) =>
    (await tool.outcomes(requests)).map(({ errno }) => errno);
  const none = undefined;
  assertEquals(await errnos([{ head: { url }, repeat: 5 }]), [
    ...[none, none, none, 3, 3],
  ]);
  const post = { url, method: "POST" };
  assertEquals(
    await errnos([
      { head: post, body: "x".repeat(600) },
      { head: post, body: "x".repeat(600) },
    ]),
    [none, 3],
  );
  assertEquals(await errnos([{ head: post, body: "x".repeat(5000) }]), [3]);
  const headers = { long: "x".repeat(2000) };
  assertEquals(await errnos([{ head: { url, headers } }]), [3]);
});

Deno.test("SandboxConfigBuilder.networkLimits refuses what can't be a limit", () => {
  const cases: readonly [unknown, string][] = [
    [{ requests: -1 }, "networkLimits requests"],
    [{ requests: 1.5 }, "networkLimits requests"],
    [{ responseBytes: NaN }, "networkLimits responseBytes"],
    [{ headerBytes: 10 }, "networkLimits headerBytes"],
    [{ requestBytes: "1" }, "networkLimits requestBytes"],
    [{ hosts: 1 }, "unknown limit"],
    [null, "expected an object"],
  ];
  for (const [limits, why] of cases) {
    const build = () =>
      SandboxConfig.builder().networkLimits(limits as { requests: number });
    let message = "";
    try {
      build();
    } catch (error) {
      message = String(error);
    }
    assertStringIncludes(message, why);
  }
  const { networkLimits } = SandboxConfig.builder()
    .networkLimits({ requests: 1 }).networkLimits({ requestBytes: 2 }).build();
  assertEquals([networkLimits.requests, networkLimits.requestBytes], [1, 2]);
});

Deno.test("A small reading buffer gets the same body", async () => {
  const body = "0123456789".repeat(20_000);
  await using server = new RawServer(() => answer(body));
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const head = { url: `http://${server.host}/` };
  for (const read of [7, 1000, 100_000]) {
    const [found] = await tool.outcomes([{ head }], { read });
    assert(found!.body === body, `${read}`);
  }
});
