import { assert, assertEquals, assertRejects } from "@std/assert";
import { UnknownTool } from "../../mod.ts";
import { remoteTools } from "../../src/adapters/nats/mod.ts";
import {
  aliveFrame,
  cancelFrame,
  creditFrame,
  pieceFrame,
  resultFrame,
} from "../../src/adapters/nats/frames.ts";
import { Cluster } from "../adapters/nats/cluster.ts";
import { NATS_SERVER } from "../adapters/nats/nats_server.ts";
import { delay, until } from "../adapters/nats/until.ts";
import {
  HASH,
  LyingCaller,
  LyingService,
  resultBytes,
  token,
  valueBytes,
} from "./nats_peers.ts";

const MIB = 1024 * 1024;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: NATS_SERVER === undefined, fn });
}

/** A lying service and the tool that a caller makes of it. */
async function lies(cluster: Cluster) {
  const service = new LyingService(await cluster.connect());
  await service.connection.flush();
  const tool = await cluster.remote("fake", {
    silenceMs: 1_000,
    maxResultBytes: 8 * MIB,
  });
  return { service, tool };
}

test("A result that is no result is a failure, whatever it is", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const many = `[${"1,".repeat(2_000_000)}1]`;
  const results: [string, Uint8Array][] = [
    ["nothing", new Uint8Array()],
    ["no JSON", resultBytes("{")],
    ["no UTF-8", new Uint8Array([2, 0, 0, 0, 0xff, 0xfe])],
    ["no object", resultBytes("[]")],
    ["no value", resultBytes("{}")],
    ["cut off", new Uint8Array([255, 255, 255, 255, 123])],
    ["deep", valueBytes(deep)],
    ["deep record", resultBytes(`{"valueBytes":1,"x":${deep}}`, "1")],
    ["value that is no JSON", valueBytes("{")],
    ["value of no length", resultBytes('{"valueBytes":"1"}', "1")],
    ["value of a negative length", resultBytes('{"valueBytes":-1}', "1")],
    ["value that is cut off", resultBytes('{"valueBytes":9}', "1")],
    ["many values", valueBytes(many)],
    [
      "files that are not there",
      valueBytes("1", { files: [["/a", [["b", 9]]]] }),
    ],
    ["bytes of no file", resultBytes('{"valueBytes":1}', "1123456789")],
    ["files of no list", valueBytes("1", { files: [["/a", 9]] })],
    ["a negative file", valueBytes("1", { files: [["/a", [["b", -1]]]] })],
    ["an error of no kind", resultBytes('{"error":{"kind":"Other"}}')],
    ["an error of numbers", resultBytes('{"error":{"kind":7,"message":7}}')],
  ];
  for (const [what, bytes] of results) {
    service.answer = (_, reply) => {
      // Not through a sender of ours: one large message each is enough here.
      for (let at = 0; at === 0 || at < bytes.length; at += 500_000) {
        const piece = bytes.subarray(at, at + 500_000);
        reply(
          at === 0
            ? resultFrame(bytes.length, piece)
            : pieceFrame(at / 500_000, piece),
        );
      }
    };
    const result = await tool.call({});
    assert(!result.ok, what);
    assertEquals(result.error.kind, "ExecutionFailed", what);
  }
});

test("What a result tells beside its value is bounded and of its type", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const told = {
    valueBytes: 1,
    usage: { durationMs: "long", memoryBytes: -1, fuelConsumed: "12x" },
    stdout: 7,
    stderr: ["a"],
    denied: Array.from({ length: 1_000 }, () => ({ url: {}, reason: 1 })),
    hostCalls: [null, { name: "x".repeat(100_000), outcome: "odd" }],
    hostCallCount: 1.5,
    files: [["__proto__", [["constructor", 1]]]],
    changes: { list: [1] },
  };
  service.answer = (_, reply) => {
    const bytes = resultBytes(JSON.stringify(told), "1f");
    reply(resultFrame(bytes.length, bytes));
  };
  const result = await tool.call({});
  assert(result.ok);
  assertEquals(result.usage.durationMs, 0);
  assertEquals(result.usage.memoryBytes, 0);
  assertEquals(result.usage.fuelConsumed, undefined);
  assertEquals([result.stdout, result.stderr], ["", ""]);
  assertEquals(result.denied.length, 32);
  assertEquals(result.hostCalls.length, 1);
  assert(result.hostCalls[0]!.name.length < 10_000);
  assertEquals(result.hostCalls[0]!.outcome, "failed");
  assertEquals(result.hostCallCount, 0);
  assertEquals(result.changes.list, []);
  assertEquals(Object.getPrototypeOf(result.files), Object.prototype);
  assertEquals(({} as Record<string, unknown>).constructor, Object);
});

test("A service that answers a gibibyte takes no memory", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const piece = new Uint8Array(500_000);
  const before = Deno.memoryUsage().rss;
  for (const announced of [2 ** 30, 8 * MIB]) {
    service.answer = async (_, reply) => {
      reply(resultFrame(announced, piece));
      for (let number = 1; number < 400; number++) {
        reply(pieceFrame(number, piece));
        if (number % 50 === 0) await service.connection.flush();
      }
    };
    const result = await tool.call({});
    assert(!result.ok);
    assertEquals(result.error.kind, "ExecutionFailed");
    await service.connection.flush();
  }
  await until("it is told", () => service.heard.includes("Cancel"));
  const grown = (Deno.memoryUsage().rss - before) / MIB;
  assert(grown < 400, `${grown} MiB`);
});

test("Pieces that are late, double, missing or tiny end the call or nothing", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const bytes = valueBytes(JSON.stringify("x".repeat(3_000)));
  const [one, two, three] = [
    bytes.subarray(0, 1_024),
    bytes.subarray(1_024, 2_048),
    bytes.subarray(2_048),
  ];
  service.answer = (_, reply) => {
    reply(resultFrame(bytes.length, one));
    reply(pieceFrame(1, two));
    reply(pieceFrame(1, two));
    reply(pieceFrame(0, one));
    reply(pieceFrame(2, three));
    reply(pieceFrame(3, three));
    reply(resultFrame(bytes.length, one));
  };
  assertEquals(await tool.execute({}), "x".repeat(3_000));
  const wrong: ((reply: (frame: Uint8Array) => void) => void)[] = [
    (reply) => reply(pieceFrame(2, two)),
    (reply) => reply(pieceFrame(1, new Uint8Array(1))),
    (reply) => reply(pieceFrame(1, new Uint8Array(9_000))),
    (reply) => reply(pieceFrame(0xffffffff, two)),
  ];
  for (const send of wrong) {
    service.answer = (_, reply) => {
      reply(resultFrame(bytes.length, one));
      send(reply);
    };
    const result = await tool.call({});
    assert(!result.ok && result.error.kind === "ExecutionFailed");
  }
});

test("A service that never answers is given up, and one that only says so at the deadline", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const began = performance.now();
  const silent = await tool.call({});
  assert(!silent.ok && silent.error.kind === "WorkerLost");
  assert(performance.now() - began < 10_000);
  const timers: ReturnType<typeof setInterval>[] = [];
  service.answer = (_, reply) => {
    timers.push(setInterval(() => reply(aliveFrame(0xffffffff)), 50));
  };
  const talking = await tool.call({}, { timeout: 1_500 });
  for (const timer of timers) clearInterval(timer);
  assert(!talking.ok && talking.error.kind === "TimeoutExceeded");
});

test("Nobody but the service that was asked is heard in a call", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const other = new LyingService(await cluster.connect());
  other.info = () => "";
  const good = valueBytes('"good"');
  const bad = valueBytes('"bad"');
  const inboxes: string[] = [];
  service.answer = (call, reply) => {
    inboxes.push(call.reply!);
    reply(aliveFrame(0));
    setTimeout(() => reply(resultFrame(good.length, good)), 300);
  };
  // It hears every call too, but not how the first service is spoken to.
  other.answer = (_, reply) => {
    setTimeout(() => reply(resultFrame(bad.length, bad)), 100);
  };
  await other.connection.flush();
  assertEquals(await tool.execute({}), "good");
  // What was the inbox of a call is nobody's after it, nor is its neighbour.
  const prefix = inboxes[0]!.slice(0, -32);
  service.answer = (_, reply) => {
    for (const inbox of [inboxes[0]!, `${prefix}${token()}`]) {
      service.connection.publish(inbox, resultFrame(bad.length, bad), {
        reply: service.control(),
      });
    }
    reply(resultFrame(good.length, good));
  };
  other.answer = () => {};
  assertEquals(await tool.execute({}), "good");
});

test("A caller speaks to no subject but those of services", async () => {
  await using cluster = await Cluster.start();
  const { service, tool } = await lies(cluster);
  const stolen: string[] = [];
  const spy = await cluster.connect();
  for (const subject of ["tools.call.>", "stolen.>", "tools.to.*.x.>"]) {
    spy.subscribe(subject, {
      callback: (_, { subject }) => {
        stolen.push(subject);
      },
    });
  }
  await spy.flush();
  const subjects = [
    "stolen.here",
    `tools.call.fake.${HASH}.more`,
    `tools.to.${token()}.x.${token()}`,
    `tools.to.${token()}.of.${token()}.more`,
    "$SYS.REQ.SERVER.PING",
  ];
  service.answer = (call) => {
    for (const reply of subjects) {
      service.connection.publish(call.reply!, aliveFrame(100), { reply });
    }
  };
  const result = await tool.call({ text: "x".repeat(2 * MIB) });
  assert(!result.ok && result.error.kind === "WorkerLost");
  await spy.flush();
  assertEquals(stolen.filter((one) => one !== `tools.call.fake.${HASH}`), []);
});

test("Whatever services say of themselves, only tools are found", async () => {
  await using cluster = await Cluster.start();
  const service = new LyingService(await cluster.connect());
  await service.connection.flush();
  const plain = service.plainInfo();
  const [endpoint] = plain.endpoints;
  const withMetadata = (metadata: object, count = 1) =>
    JSON.stringify({
      ...plain,
      endpoints: Array.from(
        { length: count },
        () => ({
          ...endpoint,
          metadata: { ...endpoint!.metadata, ...metadata },
        }),
      ),
    });
  const infos = [
    "",
    "no JSON",
    "[]",
    "{}",
    "[".repeat(100_000),
    JSON.stringify({ ...plain, metadata: null }),
    JSON.stringify({
      ...plain,
      metadata: { ...plain.metadata, instance: "*" },
    }),
    JSON.stringify({ ...plain, metadata: { ...plain.metadata, protocol: 1 } }),
    JSON.stringify({ ...plain, endpoints: { length: 9 } }),
    JSON.stringify({ ...plain, endpoints: Array(100_000).fill(null) }),
    withMetadata({ name: "x".repeat(500_000) }),
    withMetadata({ name: "a b" }),
    withMetadata({ name: "__proto__ " }),
    withMetadata({ hash: "*" }),
    withMetadata({ hash: HASH.toUpperCase() }),
    withMetadata({ schema: "{" }),
    withMetadata({ schema: '{"name":"other","parameters":{"type":"object"}}' }),
    withMetadata({ schema: '{"name":"fake","parameters":7}' }),
    withMetadata({ schema: `{"name":"fake","x":${"[".repeat(50_000)}` }),
    withMetadata({ schema: undefined }),
  ];
  const connection = await cluster.connect();
  for (const info of infos) {
    service.info = () => info;
    const found = await remoteTools(connection, { quietMs: 30 });
    assertEquals(
      found.map((tool) => tool.schema().name),
      [],
      info.slice(0, 99),
    );
    await assertRejects(
      () => remoteTools(connection, { names: ["fake"], quietMs: 30 }),
      UnknownTool,
    );
  }
  // The same endpoint a thousand times is one, and counts once.
  service.info = () => withMetadata({}, 500);
  assertEquals((await remoteTools(connection)).length, 1);
});

test("Calls that are none are refused, and the service goes on", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const echo = await cluster.remote("echo");
  const caller = new LyingCaller(await cluster.connect());
  const subject = `tools.call.echo.${echo.hash}`;
  const direct = `tools.to.${serving.instance}`;
  for (const length of [0, 1, 2, 3, 9, 14, 100, 100_000]) {
    for (let version = 0; version < 3; version++) {
      for (let kind = 0; kind < 12; kind++) {
        const bytes = crypto.getRandomValues(
          new Uint8Array(Math.min(length, 60_000)),
        );
        bytes.set([version, kind].slice(0, length));
        for (
          const place of [
            subject,
            `${direct}.of.${token()}`,
            `${direct}.call`,
            `${direct}.call.echo.${echo.hash}`,
          ]
        ) {
          caller.send(place, bytes);
        }
      }
    }
  }
  caller.call(subject, "{}", { budgetMs: 0 });
  caller.call(subject, "{}", { budgetMs: 0xffffffff });
  caller.call(subject, "{}", { totalBytes: 1 });
  caller.call(subject, "{}", { totalBytes: 0xffffffff });
  caller.call(subject, "{}", { totalBytes: 3 });
  caller.call(subject, "", { totalBytes: 0 });
  caller.call(subject, "{", {});
  caller.call(subject, "[".repeat(100_000), {});
  await caller.connection.flush();
  await until("all are refused", () => serving.openCalls === 0);
  assertEquals(await echo.execute({ text: "hi" }), { text: "hi" });
  await caller.connection.flush();
  const kinds = new Set(caller.kinds());
  assert(!kinds.has("Result"), [...kinds].join());
  assert(kinds.has("Refused"));
});

test("No answer goes where the caller has no business", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const echo = await cluster.remote("echo");
  const caller = new LyingCaller(await cluster.connect());
  const spy = await cluster.connect();
  const heard: string[] = [];
  for (const subject of ["tools.to.>", "tools.schema.>"]) {
    spy.subscribe(subject, {
      callback: (_, { subject }) => {
        heard.push(subject);
      },
    });
  }
  await spy.flush();
  const subject = `tools.call.echo.${echo.hash}`;
  const piece = new TextEncoder().encode("{}");
  const frame = new Uint8Array([
    1,
    1,
    0,
    9,
    0,
    0,
    2,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...piece,
  ]);
  for (
    const reply of [
      subject,
      `tools.to.${serving.instance}.call.echo.${echo.hash}`,
      `tools.schema.echo.${echo.hash}`,
      "$SYS.REQ.SERVER.PING",
      "$JS.API.STREAM.NAMES",
    ]
  ) caller.send(subject, frame, reply);
  await caller.connection.flush();
  await delay(200);
  assertEquals(heard, []);
  assertEquals(await echo.execute({ text: "hi" }), { text: "hi" });
});

test("Half a call is given up, and one that nobody takes the answer of", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools(), {
    maxHeldBytes: 4.5 * MIB,
  });
  const echo = await cluster.remote("echo");
  const trouble = await cluster.remote("trouble");
  const caller = new LyingCaller(await cluster.connect());
  const half = "x".repeat(2_000);
  const options = { budgetMs: 60_000, totalBytes: MIB };
  for (let i = 0; i < 10; i++) {
    caller.call(`tools.call.echo.${echo.hash}`, half, options);
  }
  const large = JSON.stringify({ what: "large", size: 8 * MIB });
  caller.call(`tools.call.trouble.${trouble.hash}`, large, {
    budgetMs: 60_000,
  });
  await caller.connection.flush();
  await until("five are open", () => serving.openCalls === 5);
  // What is held is bounded: the others are refused.
  const refused = () => caller.kinds().filter((kind) => kind === "Refused");
  await until("six are refused", () => refused().length === 6);
  // Nobody who behaves waits for those.
  assertEquals(await trouble.execute({ what: "fine" }), "fine");
  await until("they are given up", () => serving.openCalls === 0);
});

test("Answers that nobody takes are dropped above a limit, the oldest first", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools(), {
    maxHeldBytes: 20 * MIB,
  });
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  const caller = new LyingCaller(await cluster.connect());
  const large = JSON.stringify({ what: "large", size: 8 * MIB });
  for (let i = 0; i < 6; i++) {
    caller.call(`tools.call.trouble.${trouble.hash}`, large, {
      budgetMs: 60_000,
    });
  }
  const count = (kind: string) =>
    caller.kinds().filter((one) => one === kind).length;
  await until("all are answered", () => count("Result") === 6);
  // Two of eight fit below twenty.
  await until("four are dropped", () => count("Refused") === 4, 2_500);
  assertEquals(serving.openCalls, 2);
  const answer = await trouble.execute({ what: "large", size: 8 * MIB });
  assertEquals((answer as string).length, 8 * MIB);
});

test("A flood of calls is refused, and whoever comes after it is served", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools(), {
    maxConcurrentCalls: 2,
    maxQueuedCalls: 20,
  });
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  const caller = new LyingCaller(await cluster.connect());
  const subject = `tools.call.trouble.${trouble.hash}`;
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    caller.call(subject, '{"what":"spin"}', { budgetMs: 2_000 });
    if (i % 500 !== 0) continue;
    await caller.connection.flush();
    most = Math.max(most, serving.openCalls);
  }
  assert(most <= 22, `${most} open`);
  const busy = await trouble.call({ what: "fine" }, { timeout: 20_000 });
  assert(busy.ok || busy.error.kind === "Busy");
  await until("it is over", () => serving.openCalls === 0);
  assertEquals(await trouble.execute({ what: "fine" }), "fine");
});

test("Nobody ends or feeds another's call", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const trouble = await cluster.remote("trouble");
  const caller = new LyingCaller(await cluster.connect());
  const call = trouble.call({ what: "work", size: 300 });
  await until("it runs", () => serving.openCalls === 1);
  const direct = `tools.to.${serving.instance}`;
  for (let i = 0; i < 1_000; i++) {
    for (
      const frame of [
        cancelFrame(),
        creditFrame(9),
        pieceFrame(1, new Uint8Array(9)),
      ]
    ) {
      caller.send(`${direct}.of.${token()}`, frame);
    }
  }
  await caller.connection.flush();
  assertEquals((await call).ok, true);
});
