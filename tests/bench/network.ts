/**
 * What the network costs: requests per second through a guest against a bare
 * loop of `fetch`, and a tool that uses none in a sandbox that has it.
 */

import { SandboxConfig, type SandboxedTool, ToolSandbox } from "../../mod.ts";
import { codeMode } from "../../src/adapters/code_mode/mod.ts";
import { loadTool } from "./fixture.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

const ROUNDS = 25;
const REQUESTS = 200;
const PAIRS = 15;
const CALL_ROUNDS = 40;
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
  const url = `http://${server.host}/`;
  return [
    await requestRate(url),
    await programRate(url),
    await costForOthers(url),
  ];
}

async function requestRate(url: string): Promise<Measurement> {
  await using sandbox = sandboxFor(url);
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
  return {
    what: "requests per second, guest against fetch",
    value: perSecond(guestMs) / perSecond(fetchMs),
    unit: "x",
    aim: { atLeast: 0.5 },
    note: `${Math.round(perSecond(guestMs))} against ${
      Math.round(perSecond(fetchMs))
    } per second, one after another`,
  };
}

/**
 * The same tool in a sandbox that has fetched and in one that never did, over
 * several pairs: two sandboxes differ by some percent whatever they do.
 */
/** The same from a program of a model, which reads a text each time. */
async function programRate(url: string): Promise<Measurement> {
  const config = {
    allowNetwork: [new URL(url).host],
    networkLimits: { requests: REQUESTS },
  };
  await using mode = codeMode({ tools: {}, config });
  const loop =
    `for (let i = 0; i < ${REQUESTS}; i++) await (await fetch("${url}")).text();`;
  const program = async () => {
    const result = await mode.run(loop);
    if (!result.ok) throw result.error;
  };
  const fetches = async () => {
    for (let i = 0; i < REQUESTS; i++) await (await fetch(url)).text();
  };
  await interleaved(3, 1, program, fetches);
  const [programMs = [], fetchMs = []] = await interleaved(
    ROUNDS,
    1,
    program,
    fetches,
  );
  const perSecond = (ms: readonly number[]) =>
    Math.round(REQUESTS / median(ms) * 1000);
  return {
    what: "requests per second, fetch of a program against fetch",
    value: median(fetchMs) / median(programMs),
    unit: "x",
    note: `${perSecond(programMs)} against ${
      perSecond(fetchMs)
    } per second, one after another`,
  };
}

async function costForOthers(url: string): Promise<Measurement> {
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    await using fetching = sandboxFor(url);
    await using plain = new ToolSandbox();
    const guest = await loadTool(fetching, "http/requests");
    await guest.execute({ requests: [{ head: { url } }] });
    const [one, other] = await Promise.all(
      [fetching, plain].map((sandbox) => loadTool(sandbox, "tools/echo")),
    );
    const ways = [() => calls(one!), () => calls(other!)];
    // Who comes first changes, since what follows may find a warmer machine.
    if (pair % 2 === 1) ways.reverse();
    await interleaved(10, 1, ...ways);
    const medians = (await interleaved(CALL_ROUNDS, 1, ...ways)).map(median);
    if (pair % 2 === 1) medians.reverse();
    ratios.push(medians[0]! / medians[1]!);
  }
  const shown = ratios.toSorted((a, b) => a - b).map((one) => one.toFixed(2));
  return {
    what: "call without network, in a sandbox with it",
    value: median(ratios),
    unit: "x",
    aim: { atMost: 1.02 },
    note: `median of ${PAIRS} pairs, ${shown[0]} to ${shown.at(-1)}`,
  };
}

function sandboxFor(url: string): ToolSandbox {
  const config = SandboxConfig.builder()
    .allowNetwork([new URL(url).host])
    .networkLimits({ requests: REQUESTS })
    .build();
  return new ToolSandbox(config);
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
