/**
 * What a call to another process over NATS costs, beside a call here and an echo
 * of NATS's own services; and what more services bring.
 */

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { ToolRegistry } from "../../mod.ts";
import { type RemoteTool, remoteTools } from "../../src/adapters/nats/mod.ts";
import { NATS_SERVER, startNats } from "../adapters/nats/nats_server.ts";
import {
  interleaved,
  type Measurement,
  median,
  skipped,
  timed,
} from "./measurement.ts";
import { loadTools } from "./nats_service.ts";

const ROOT = new URL("../../", import.meta.url);
const SERVICE = new URL("nats_service.ts", import.meta.url).pathname;
/** Prefixes that one, two and three services serve. */
const CROWDS = ["one", "two", "three"] as const;
const ROUNDS = 15;
const CALLS_IN_TURN = 100;
const CALLS_AT_ONCE = 2_000;
const IN_FLIGHT = 64;
const WORK_CALLS = 200;
const CANCELS = 40;
const RESTED_CALLS = 300;
/** Some 5 ms of computing. */
const WORK = { rounds: 40_000 };
const ARGS = { text: "x".repeat(80) };

/** All of it, on one server. */
export async function nats(): Promise<readonly Measurement[]> {
  if (NATS_SERVER === undefined) {
    return [skipped("calls over NATS", "there is no nats-server")];
  }
  await using server = await startNats();
  const services: Deno.ChildProcess[] = [];
  const connection = await connect({ servers: server.url });
  try {
    services.push(await startService(server.url, ["bare"]));
    // The first serves alone below one prefix, with the second below another.
    for (let first = 0; first < CROWDS.length; first++) {
      services.push(await startService(server.url, CROWDS.slice(first)));
    }
    return [
      ...await latency(connection),
      ...await throughput(connection),
      await cancelling(connection),
      ...await scaling(connection),
    ];
  } finally {
    await connection.close();
    for (const service of services) {
      service.kill("SIGKILL");
      await service.stdout.cancel();
      await service.status;
    }
  }
}

async function startService(
  url: string,
  prefixes: readonly string[],
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SERVICE, url, ...prefixes],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  return child;
}

/** One call after the other. */
async function latency(
  connection: NatsConnection,
): Promise<readonly Measurement[]> {
  await using local = new ToolRegistry({ config: { maxWorkers: 1 } });
  await loadTools(local);
  const echo = await remote(connection, "echo");
  const bytes = new TextEncoder().encode(JSON.stringify(ARGS));
  const ways = [
    () => echo.execute(ARGS),
    () => connection.request("bare.echo", bytes),
    () => local.execute("echo", ARGS),
  ];
  await interleaved(3, CALLS_IN_TURN, ...ways);
  const samples = await interleaved(ROUNDS, CALLS_IN_TURN, ...ways);
  const [there, bare, here] = samples.map(median) as [number, number, number];
  const rested = await afterPauses(() => local.execute("echo", ARGS));
  const us = (ms: number) => `${(ms * 1_000).toFixed(0)} us`;
  return [
    {
      what: "a call over NATS, above one of this process, median",
      value: (there - here) * 1_000,
      unit: "us",
      note: `${us(there)} against ${us(here)}`,
    },
    {
      what: "a call over NATS, against a bare echo and a call of this process",
      value: there / (bare + here),
      unit: "x",
      aim: { atMost: 1.5 },
      note: `the bare echo took ${us(bare)}`,
    },
    {
      what:
        "the same, when the guest's thread had time to fall asleep here too",
      value: there / (bare + rested),
      unit: "x",
      note: `a call of this process after a pause took ${us(rested)}`,
    },
  ];
}

/** The median of calls that do not come one upon the other. */
async function afterPauses(call: () => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < RESTED_CALLS; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    samples.push(await timed(call));
  }
  return median(samples);
}

/** Many at once, of a tool that does nothing. */
async function throughput(
  connection: NatsConnection,
): Promise<readonly Measurement[]> {
  const echo = await remote(connection, "echo");
  const bytes = new TextEncoder().encode(JSON.stringify(ARGS));
  const ways = [
    () => many(CALLS_AT_ONCE, () => echo.execute(ARGS)),
    () => many(CALLS_AT_ONCE, () => connection.request("bare.echo", bytes)),
  ];
  await interleaved(1, 1, ...ways);
  const [own, bare] = (await interleaved(5, 1, ...ways)).map(median);
  const rate = (ms: number) => (CALLS_AT_ONCE / ms * 1_000).toFixed(0);
  return [{
    what: "calls per second over NATS, against a bare echo",
    value: bare! / own!,
    unit: "x",
    aim: { atLeast: 0.3 },
    note: `${rate(own!)} against ${rate(bare!)}, ${IN_FLIGHT} in flight`,
  }];
}

/**
 * From the abort of a call that never ends to the answer of the next one, which
 * the service has no place for before the guest has stopped.
 */
async function cancelling(connection: NatsConnection): Promise<Measurement> {
  const work = await remote(connection, "work");
  const echo = await remote(connection, "echo");
  const samples: number[] = [];
  for (let i = 0; i < CANCELS; i++) {
    const controller = new AbortController();
    const call = work.call({ rounds: 1e12 }, { signal: controller.signal });
    const ended = call.then(() => {}, () => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    samples.push(
      await timed(async () => {
        controller.abort();
        await echo.execute(ARGS);
      }),
    );
    await ended;
  }
  return {
    what: "from an abort here to the guest's end there, with the next call",
    value: median(samples),
    unit: "ms",
    aim: { atMost: 100 },
    note: `at most ${Math.max(...samples).toFixed(1)} ms of ${CANCELS}`,
  };
}

/** Many at once, of a tool that computes, in services of one worker each. */
async function scaling(
  connection: NatsConnection,
): Promise<readonly Measurement[]> {
  const ways = await Promise.all(CROWDS.map(async (prefix) => {
    const work = await remote(connection, "work", prefix);
    return () => many(WORK_CALLS, () => work.execute(WORK));
  }));
  await interleaved(1, 1, ...ways);
  const rates = (await interleaved(7, 1, ...ways))
    .map((samples) => WORK_CALLS / median(samples) * 1_000);
  const [one, two, three] = rates as [number, number, number];
  const note = rates.map((rate) => rate.toFixed(0)).join(", ") +
    ` calls per second with one, two and three, on ${navigator.hardwareConcurrency} cores`;
  return [
    {
      what: "two services against one, CPU-bound, one worker each",
      value: two / one,
      unit: "x",
      aim: { atLeast: 1.8 },
      note,
    },
    {
      what: "three services against one",
      value: three / one,
      unit: "x",
      note,
    },
  ];
}

async function remote(
  connection: NatsConnection,
  name: string,
  prefix: string = CROWDS[0],
): Promise<RemoteTool> {
  const [tool] = await remoteTools(connection, { names: [name], prefix });
  return tool!;
}

async function many(
  calls: number,
  call: () => Promise<unknown>,
): Promise<void> {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
