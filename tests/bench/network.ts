/**
 * What the network costs: requests per second through a guest against a bare
 * loop of `fetch`, and a tool that uses none in a sandbox that has it.
 */

import { SandboxConfig, SandboxedTool, ToolSandbox } from "../../mod.ts";
import { loadTool } from "./fixture.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

const ROUNDS = 25;
const REQUESTS = 200;
const CALL_ROUNDS = 400;
const CALLS = 100;

/** Serves small JSON from a process of its own, as a far server would. */
const SERVER = `
  const body = JSON.stringify({ temperature: 21.5, pad: "x".repeat(400) });
  Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen: ({ port }) => console.log(port),
  }, () => new Response(body));
`;

/** One request after another, each read to its end, and calls without any. */
export async function network(): Promise<readonly Measurement[]> {
  await using server = await startServer();
  const config = SandboxConfig.builder()
    .allowNetwork([server.host])
    .networkLimits({ requests: REQUESTS })
    .build();
  await using sandbox = new ToolSandbox(config);
  return [
    ...await requestRates(sandbox, `http://${server.host}/`),
    await costForOthers(sandbox),
  ];
}

async function requestRates(
  sandbox: ToolSandbox,
  url: string,
): Promise<Measurement[]> {
  const guest = await loadTool(sandbox, "http/requests");
  const told = {
    requests: [{ head: { url }, repeat: REQUESTS }],
    one_by_one: true,
    length_only: true,
  };
  const fetches = async () => {
    for (let i = 0; i < REQUESTS; i++) await (await fetch(url)).bytes();
  };
  const requests = () => guest.execute(told);
  await interleaved(3, 1, requests, fetches);
  const [guestMs = [], fetchMs = []] = await interleaved(
    ROUNDS,
    1,
    requests,
    fetches,
  );
  const perSecond = (ms: readonly number[]) => REQUESTS / median(ms) * 1000;
  return [
    {
      what: "requests per second, guest against fetch",
      value: perSecond(guestMs) / perSecond(fetchMs),
      unit: "x",
      aim: { atLeast: 0.5 },
      note: `${Math.round(perSecond(guestMs))} against ${
        Math.round(perSecond(fetchMs))
      } per second, one after another`,
    },
  ];
}

/** The same tool in a sandbox that has fetched and in two that have not. */
async function costForOthers(fetching: ToolSandbox): Promise<Measurement> {
  await using plain = new ToolSandbox();
  await using control = new ToolSandbox();
  const ways = await Promise.all(
    [fetching, plain, control].map(async (sandbox) => {
      const echo = await loadTool(sandbox, "tools/echo");
      return () => calls(echo);
    }),
  );
  await interleaved(20, 1, ...ways);
  const samples = await interleaved(CALL_ROUNDS, 1, ...ways);
  const [withNetwork = NaN, without = NaN, again = NaN] = samples.map(median);
  const noise = Math.abs(again / without - 1) * 100;
  return {
    what: "call without network, in a sandbox with it",
    value: withNetwork / Math.max(without, again),
    unit: "x",
    aim: { atMost: 1.02 },
    note: `two sandboxes without it differ by ${noise.toFixed(1)}%`,
  };
}

async function calls(tool: SandboxedTool): Promise<void> {
  for (let i = 0; i < CALLS; i++) await tool.execute({ text: "hi" });
}

async function startServer(): Promise<AsyncDisposable & { host: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", SERVER],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = new TextDecoder().decode(value).trim();
  return {
    host: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}
