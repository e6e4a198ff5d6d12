/** What serving over MCP costs: the first answer, and calls per second. */

import { Client } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Transport } from "@modelcontextprotocol/client";
import { serveMcp } from "../../src/adapters/mcp/mod.ts";
import { testTools } from "../adapters/mcp/served_tools.ts";
import { fixture } from "./fixture.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";
import { runDeno } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);
const BARE = new URL("mcp_bare.ts", import.meta.url).pathname;
const ECHO = fixture("tools/echo").pathname;
const START_ROUNDS = 15;
const ROUNDS = 7;
const CALLS = 500;
const IN_FLIGHT = 16;
const CANCELLED = 50;
const SERVE = ["run", "--allow-read", "tool-runner.ts", "serve", ECHO];
const HELLO = [
  {
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "bench", version: "0" },
    },
  },
  { id: 2, method: "tools/call", params: { name: "echo", arguments: {} } },
].map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

/** A cold start, and throughput beside a server without a sandbox. */
export async function mcp(): Promise<readonly Measurement[]> {
  return [
    await coldStart(),
    await throughput("standard streams", stdio),
    await throughput("HTTP", http),
    await cancellation(),
  ];
}

/** From nothing to what a tool answered. */
async function coldStart(): Promise<Measurement> {
  const ways = [firstAnswer, () => runDeno("eval", "0")];
  await interleaved(2, 1, ...ways);
  const [answer, nothing] = (await interleaved(START_ROUNDS, 1, ...ways))
    .map(median);
  return {
    what: "first answer of a tool over MCP, from a cold start of `serve`",
    value: answer!,
    unit: "ms",
    aim: { atMost: 450 },
    note: `\`deno eval 0\` took ${nothing!.toFixed(0)} ms`,
  };
}

async function firstAnswer(): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: SERVE,
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(HELLO.join("")));
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes('"id":2')) break;
  }
  // How it ends is not what is measured.
  child.kill("SIGKILL");
  await child.status;
  await writer.close().catch(() => {});
}

/** From a client that gives a call up to the end of its endless guest. */
async function cancellation(): Promise<Measurement> {
  await using tools = await testTools();
  await using server = serveMcp(tools, { http: {} });
  const client = new Client({ name: "bench", version: "0" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.url!)),
  );
  const samples: number[] = [];
  for (let call = 0; call < CANCELLED; call++) {
    tools.ended.length = 0;
    const aborter = new AbortController();
    await client.callTool({ name: "loop", arguments: {} }, {
      signal: aborter.signal,
      onprogress: () => aborter.abort(),
    }).catch(() => {});
    samples.push(await tools.untilEnded("loop"));
  }
  await client.close();
  return {
    what:
      "from a client's cancellation over HTTP to the end of an endless tool",
    value: median(samples),
    unit: "ms",
    aim: { atMost: 50 },
    note: `slowest of ${CANCELLED}: ${Math.max(...samples).toFixed(1)} ms`,
  };
}

/** A client whose server is a process of its own. */
interface Joined extends AsyncDisposable {
  readonly transport: Transport;
}

async function throughput(
  name: string,
  join: (isBare: boolean) => Promise<Joined>,
): Promise<Measurement> {
  await using ours = await connect(await join(false));
  await using bare = await connect(await join(true));
  const ways = [() => callMany(ours.client), () => callMany(bare.client)];
  await interleaved(2, 1, ...ways);
  const [own, other] = (await interleaved(ROUNDS, 1, ...ways)).map(median);
  const rate = (ms: number) => (CALLS / ms * 1_000).toFixed(0);
  return {
    what: `calls per second over ${name}, against a bare echo server`,
    value: other! / own!,
    unit: "x",
    aim: { atLeast: 0.85 },
    note: `${rate(own!)} against ${rate(other!)}, ${IN_FLIGHT} in flight`,
  };
}

async function callMany(client: Client): Promise<void> {
  let left = CALLS;
  const callSome = async () => {
    while (left-- > 0) {
      await client.callTool({ name: "echo", arguments: { text: "hi" } });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, callSome));
}

async function connect(
  joined: Joined,
): Promise<{ client: Client } & AsyncDisposable> {
  const client = new Client({ name: "bench", version: "0" }, {
    versionNegotiation: { mode: "auto" },
  });
  await client.connect(joined.transport);
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await joined[Symbol.asyncDispose]();
    },
  };
}

function stdio(isBare: boolean): Promise<Joined> {
  const args = isBare ? ["run", "-A", BARE] : SERVE;
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args,
    cwd: ROOT.pathname,
  });
  return Promise.resolve({
    transport,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

async function http(isBare: boolean): Promise<Joined> {
  const serve = [...SERVE, "--http", "127.0.0.1:0"];
  const child = new Deno.Command(Deno.execPath(), {
    args: isBare
      ? ["run", "-A", BARE, "http"]
      : ["run", "--allow-net", ...serve.slice(1)],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const [, url] = /Listening on (\S+)/.exec(value) ?? [];
  if (url === undefined) throw new Error(`No server: ${value}`);
  return {
    transport: new StreamableHTTPClientTransport(new URL(url)),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await reader.cancel();
    },
  };
}
