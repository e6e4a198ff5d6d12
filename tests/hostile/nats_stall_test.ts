/** Peers over NATS that say nothing, little, or far too much. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { UnknownTool } from "../../mod.ts";
import { remoteTools } from "../../src/adapters/nats/mod.ts";
import {
  callFrame,
  creditFrame,
  pieceFrame,
  resultFrame,
  stderrFrame,
} from "../../src/adapters/nats/frames.ts";
import { Cluster } from "../adapters/nats/cluster.ts";
import { NATS_SERVER } from "../adapters/nats/nats_server.ts";
import { delay, until } from "../adapters/nats/until.ts";
import { EventLoopWatch } from "./event_loop_watch.ts";
import { LyingCaller, LyingService, token, valueBytes } from "./nats_peers.ts";

const MIB = 1024 * 1024;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: NATS_SERVER === undefined, fn });
}

/** What a service says that has these endpoints. */
function told(
  service: LyingService,
  endpoints: readonly object[],
  instance: string = service.instance,
): string {
  return JSON.stringify({
    ...service.plainInfo(),
    metadata: { protocol: "1", instance },
    endpoints: endpoints.map((metadata) => ({ name: "x", metadata })),
  });
}

function hashOf(number: number): string {
  return number.toString(16).padStart(64, "0");
}

test("A search ends, however many kinds of a tool are never told", async () => {
  await using cluster = await Cluster.start();
  const service = new LyingService(await cluster.connect());
  service.connection.subscribe("tools.schema.>", { callback: () => {} });
  await service.connection.flush();
  const kinds = Array.from(
    { length: 200 },
    (_, i) => ({ name: `fake${i % 2}`, hash: hashOf(i) }),
  );
  service.info = () => told(service, kinds);
  const connection = await cluster.connect();
  const began = performance.now();
  assertEquals(await remoteTools(connection), []);
  await assertRejects(
    () => remoteTools(connection, { names: ["fake0"] }),
    UnknownTool,
  );
  assert(performance.now() - began < 20_000);
});

test("A search holds no more of schemas than a limit, and holds up nobody", async () => {
  await using cluster = await Cluster.start();
  const service = new LyingService(await cluster.connect());
  const schema = (name: string, more = "") =>
    JSON.stringify({
      name,
      description: more,
      parameters: { type: "object" },
    });
  const long = "x".repeat(200_000);
  service.connection.subscribe("tools.schema.>", {
    callback: (_, message) => {
      message.respond(schema(message.subject.split(".")[2]!, long));
    },
  });
  const few = Array.from(
    { length: 1_000 },
    (_, i) => ({ name: `long${i}`, hash: hashOf(i) }),
  );
  service.info = () => told(service, few);
  await service.connection.flush();
  const connection = await cluster.connect();
  const found = await remoteTools(connection);
  assert(found.length < 400, `${found.length} of 200 kB were found`);
  // Very many services with short ones: each is read in a moment.
  service.connection.subscribe("$SRV.INFO.many", {
    callback: (_, message) => {
      for (let service_ = 0; service_ < 200; service_++) {
        const endpoints = Array.from({ length: 50 }, (_, i) => {
          const name = `m${service_}_${i}`;
          return { name, hash: hashOf(i), schema: schema(name) };
        });
        message.respond(told(service, endpoints, token()));
      }
    },
  });
  await service.connection.flush();
  const watch = new EventLoopWatch();
  watch.start();
  const many = await remoteTools(connection, { service: "many" });
  const { workedMs } = await watch.stop();
  assertEquals(many.length, 10_000);
  assert(workedMs < 400, `held up for ${workedMs} ms`);
});

test("What a search says of services is short, whatever they say", async () => {
  await using cluster = await Cluster.start();
  const service = new LyingService(await cluster.connect());
  const kinds = Array.from(
    { length: 2_000 },
    (_, i) => ({ name: "fake", hash: hashOf(i) }),
  );
  service.info = () => told(service, kinds);
  await service.connection.flush();
  const connection = await cluster.connect();
  const parameters = { type: "object" };
  for (const lock of [new Map(), new Map([["fake", { parameters }]])]) {
    const refused: string[] = [];
    await remoteTools(connection, {
      lock,
      onRefused: (why) => refused.push(why),
    });
    assertEquals(refused.length, 1);
    assert(refused[0]!.length < 400, `${refused[0]!.length} characters`);
  }
});

test("Standard error in tiny or empty messages takes no memory", async () => {
  await using cluster = await Cluster.start();
  const service = new LyingService(await cluster.connect());
  await service.connection.flush();
  const tool = await cluster.remote("fake");
  const good = valueBytes('"good"');
  for (const [bytes, pieces] of [[0, 400_000], [1, 200_000]] as const) {
    service.answer = async (_, reply) => {
      const frame = stderrFrame(new Uint8Array(bytes).fill(0x41));
      for (let i = 0; i < pieces; i++) {
        reply(frame);
        if (i % 10_000 === 0) await service.connection.flush();
      }
      reply(resultFrame(good.length, good));
    };
    const held = Promise.withResolvers<void>();
    const heard: number[] = [];
    let isHeld = true;
    const call = tool.call({}, {
      onStderr: async (bytes) => {
        heard.push(bytes.length);
        if (isHeld) await held.promise;
      },
      timeout: 60_000,
    });
    await delay(200);
    await service.connection.flush();
    await until(
      "all is sent",
      () => service.connection.stats().outMsgs > pieces,
    );
    await delay(1_000);
    isHeld = false;
    held.resolve();
    assertEquals((await call).ok, true);
    assertEquals(heard.reduce((sum, one) => sum + one, 0), bytes * pieces);
    assert(heard.length < 1_000, `told ${heard.length} times`);
  }
});

test("A caller that is hardly heard of holds no place, before or after its call", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools(), {
    maxArgumentBytes: 4 * MIB,
    maxHeldBytes: 16 * MIB,
  });
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  const caller = new LyingCaller(await cluster.connect());
  const subject = `tools.call.trouble.${trouble.hash}`;
  const controls = new Set<string>();
  const heard = () => {
    for (const { reply } of caller.answers) if (reply) controls.add(reply);
    return controls;
  };
  // Each sends a kilobyte of four megabytes, and then as little as it may.
  const piece = new TextEncoder().encode("x".repeat(1_024));
  for (let i = 0; i < 4; i++) {
    caller.send(subject, callFrame(600_000, 4 * MIB, false, piece));
  }
  await until("they are open", () => serving.openCalls === 4);
  const busy = await trouble.call({ what: "fine" });
  assert(!busy.ok && busy.error.kind === "Busy");
  await until("they are answered", () => heard().size >= 4);
  let number = 0;
  const dripping = setInterval(() => {
    number++;
    for (const control of controls) {
      caller.send(control, pieceFrame(number, piece));
      caller.send(control, pieceFrame(1, piece));
    }
  }, 1_000);
  try {
    await until("they are given up", () => serving.openCalls === 0, 12_000);
  } finally {
    clearInterval(dripping);
  }
  assertEquals(await trouble.execute({ what: "fine" }), "fine");
  // Each has an answer of eight megabytes, which it never lets be sent.
  controls.clear();
  caller.answers.length = 0;
  const large = JSON.stringify({ what: "large", size: 8 * MIB });
  caller.call(subject, large, { budgetMs: 2_000 });
  await until("it is answered", () => caller.kinds().includes("Result"));
  heard();
  const asking = setInterval(() => {
    for (const control of controls) caller.send(control, creditFrame(0));
  }, 1_000);
  try {
    await until("it is given up", () => serving.openCalls === 0, 12_000);
  } finally {
    clearInterval(asking);
  }
});
