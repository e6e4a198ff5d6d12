// deno-lint-ignore-file no-console
/**
 * What the network costs a guest: requests per second through a guest against
 * a bare `fetch` loop, and a tool without network in a sandbox with and
 * without it. In turns, so that noise cancels out.
 *
 *     deno run -A tests/bench/network.ts
 */

import { SandboxConfig, SandboxedTool } from "../../mod.ts";

/** The figures of a run. */
export interface NetworkFigures {
  /** Of a guest that makes one request after another. */
  readonly guestPerSecond: number;
  /** Of a loop of `fetch` on the host's main thread. */
  readonly fetchPerSecond: number;
  /** The first above the second, the median over rounds. */
  readonly ratio: number;
  /**
   * Time of a call that uses no network, in a sandbox that has fetched above
   * one that has none, the median over rounds.
   */
  readonly slowdown: number;
}

/** Rounds and how much each does; short ones, so that noise hits both ways. */
const FETCH_ROUNDS = 15;
const REQUESTS = 200;
const CALL_ROUNDS = 201;
const CALLS = 200;
const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** Serves small JSON from a process of its own, as a far server would. */
const SERVER = `
  const body = JSON.stringify({ temperature: 21.5, pad: "x".repeat(400) });
  Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen: ({ port }) => console.log(port),
  }, () => new Response(body));
`;

/** Measures. */
export async function measureNetwork(): Promise<NetworkFigures> {
  await using server = await startServer();
  const config = SandboxConfig.builder()
    .allowNetwork([server.host])
    .networkLimits({ requests: REQUESTS })
    .build();
  await using guest = await SandboxedTool.load(
    new URL("http/requests.wasm", FIXTURES),
    config,
  );
  const url = `http://${server.host}/`;
  const requests = () => guest.execute(oneByOne(url));
  const rates = await inTurns(FETCH_ROUNDS, REQUESTS, [
    requests,
    () => fetchLoop(url),
  ]);

  await using plain = await SandboxedTool.load(
    new URL("tools/echo.wasm", FIXTURES),
  );
  await using beside = await SandboxedTool.create(
    guest.sandbox,
    await guest.sandbox.loadModule(new URL("tools/echo.wasm", FIXTURES)),
  );
  const calls = await inTurns(CALL_ROUNDS, CALLS, [
    () => echo(beside),
    () => echo(plain),
  ]);
  return {
    guestPerSecond: median(rates.map(([rate]) => rate)),
    fetchPerSecond: median(rates.map(([, rate]) => rate)),
    ratio: median(rates.map(([one, other]) => one / other)),
    slowdown: median(calls.map(([one, other]) => other / one)),
  };
}

/** Each request is read to its end before the next is started. */
function oneByOne(url: string): unknown {
  return {
    requests: [{ head: { url }, repeat: REQUESTS }],
    one_by_one: true,
    length_only: true,
  };
}

async function fetchLoop(url: string): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) await (await fetch(url)).bytes();
}

async function echo(tool: SandboxedTool): Promise<void> {
  for (let i = 0; i < CALLS; i++) await tool.execute({ text: "hi" });
}

/** What each of two ways does in a second, round after round. */
async function inTurns(
  rounds: number,
  count: number,
  [one, other]: readonly [() => Promise<unknown>, () => Promise<unknown>],
): Promise<[number, number][]> {
  for (let i = 0; i < 3; i++) await other(), await one();
  const rates: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    // Who comes first changes, since what follows may find a warmer machine.
    if (round % 2 === 0) {
      const first = await rate(count, one);
      rates.push([first, await rate(count, other)]);
    } else {
      const first = await rate(count, other);
      rates.push([await rate(count, one), first]);
    }
  }
  return rates;
}

async function rate(
  count: number,
  way: () => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  await way();
  return count / (performance.now() - start) * 1000;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
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

if (import.meta.main) console.log(await measureNetwork());
