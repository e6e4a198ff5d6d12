import { assert, assertEquals, assertRejects } from "@std/assert";
import { ToolRegistry, UnknownTool } from "../../../mod.ts";
import { labelHash, remoteTools } from "../../../src/adapters/nats/mod.ts";
import { Cluster } from "./cluster.ts";
import { NATS_SERVER } from "./nats_server.ts";
import { delay, until } from "./until.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: NATS_SERVER === undefined, fn });
}

test("A remote tool answers, fails and tells what it used as a local one does", async () => {
  await using cluster = await Cluster.start();
  const local = await cluster.tools();
  await cluster.serve(local);
  const connection = await cluster.connect();
  await using registry = new ToolRegistry();
  for (const tool of await remoteTools(connection)) registry.register(tool);
  assertEquals(registry.list(), local.list().toSorted(byName));
  const calls: [string, object][] = [
    ["echo", { text: "hi" }],
    ["trouble", { what: 42 }],
    ["trouble", { what: "throw" }],
    ["trouble", { what: "fine" }],
    ["nothing", {}],
  ];
  for (const [name, args] of calls) {
    const here = await local.call(name, args);
    const there = await registry.call(name, args);
    assertEquals(there.ok, here.ok);
    if (here.ok && there.ok) {
      assertEquals(there.value, here.value);
      assert(there.usage.durationMs > 0);
      assert(there.usage.memoryBytes > 0);
    } else if (!here.ok && !there.ok) {
      assertEquals(there.error.constructor, here.error.constructor);
      if (name !== "nothing") {
        assertEquals(there.error.toJSON(), here.error.toJSON());
      }
    }
    assertEquals(there.files, here.files);
    assertEquals(there.stderr, here.stderr);
    assertEquals(there.changes.list, []);
  }
});

test("Arguments that do not fit are not sent", async () => {
  await using cluster = await Cluster.start();
  const { connection } = await cluster.serve(await cluster.tools());
  const trouble = await cluster.remote("trouble");
  const before = connection.stats().inMsgs;
  const result = await trouble.call({ what: 42 });
  assert(!result.ok);
  assertEquals(result.error.kind, "InvalidArguments");
  await connection.flush();
  assertEquals(connection.stats().inMsgs, before);
});

test("Arguments and results of megabytes go in pieces, and end at the limits", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  await cluster.serve(tools, { maxArgumentBytes: 4_000_000 });
  const echo = await cluster.remote("echo", { maxResultBytes: 4_000_000 });
  const text = "0123456789".repeat(300_000);
  assertEquals(await echo.execute({ text }), { text });
  const tooMuch = await echo.call({ text: text.repeat(2) });
  assert(!tooMuch.ok);
  assertEquals(tooMuch.error.kind, "ExecutionFailed");
  assert(tooMuch.error.message.includes("limit is 4000000"));
  const trouble = await cluster.remote("trouble", { maxResultBytes: 100_000 });
  const large = await trouble.call({ what: "large", size: 200_000 });
  assert(!large.ok && large.error.message.includes("limit is 100000"));
  assertEquals(await echo.execute({ text: "hi" }), { text: "hi" });
});

test("A call that is aborted stops the guest on the other machine within 100 ms", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  for (const afterMs of [0, 5, 100]) {
    const controller = new AbortController();
    const call = trouble.call({ what: "spin" }, { signal: controller.signal });
    await until("it runs", () => serving.openCalls === 1);
    await delay(afterMs);
    const aborted = performance.now();
    controller.abort(new Error("enough"));
    await assertRejects(() => call, Error, "enough");
    await until("it ended", () => serving.openCalls === 0);
    const tookMs = performance.now() - aborted;
    // Far above 100 ms, for a machine that does much else.
    assert(tookMs < 1_000, `${tookMs} ms`);
  }
});

test("A deadline travels with the call and stops the guest there", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  const began = performance.now();
  const result = await trouble.call({ what: "spin" }, { timeout: 300 });
  const tookMs = performance.now() - began;
  assert(!result.ok);
  assertEquals(result.error.kind, "TimeoutExceeded");
  assertEquals(
    result.error.message,
    "Execution time limit of 300 ms exceeded",
  );
  assert(tookMs >= 250 && tookMs < 5_000, `${tookMs} ms`);
  await until("it ended", () => serving.openCalls === 0);
});

test("A tool's own limit holds on the other machine", async () => {
  await using cluster = await Cluster.start();
  await cluster.serve(await cluster.tools(3_000));
  const trouble = await cluster.remote("trouble");
  const result = await trouble.call({ what: "spin" });
  assert(!result.ok && result.error.kind === "TimeoutExceeded");
  assertEquals(result.error.limitMs, 3_000);
});

test("What a tool writes to standard error is told as it comes", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  await cluster.serve(tools);
  const trouble = await cluster.remote("trouble");
  let told = "";
  const onStderr = (bytes: Uint8Array) => {
    told += new TextDecoder().decode(bytes);
  };
  const result = await trouble.call({ what: "tell" }, { onStderr });
  const here = await tools.call("trouble", { what: "tell" });
  assert(here.stderr.includes("one"));
  assertEquals(told, here.stderr);
  const passedOn = await tools.call("trouble", { what: "tell" }, {
    onStderr: () => {},
  });
  assertEquals(result.stderr, passedOn.stderr);
  assertEquals((await trouble.call({ what: "tell" })).stderr, here.stderr);
});

test("What a handler of standard error throws ends the call, and one that hangs at the limit", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const trouble = await cluster.remote("trouble");
  const thrown = new Error("no room");
  const handlers = [
    () => {
      throw thrown;
    },
    () => Promise.reject(thrown),
  ];
  for (const onStderr of handlers) {
    const call = () => trouble.call({ what: "tell" }, { onStderr });
    assertEquals(await assertRejects(call, Error), thrown);
  }
  const hangs = await trouble.call({ what: "tell" }, {
    onStderr: () => new Promise<void>(() => {}),
    timeout: 500,
  });
  assert(!hangs.ok && hangs.error.kind === "TimeoutExceeded");
  assertEquals(await trouble.execute({ what: "fine" }), "fine");
  await until("all ended", () => serving.openCalls === 0);
});

test("A full service refuses at once, and another is tried for what may run twice", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  const full = await cluster.serve(tools, {
    maxConcurrentCalls: 1,
    maxQueuedCalls: 0,
  });
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  const controller = new AbortController();
  const busy = trouble.call({ what: "spin" }, { signal: controller.signal });
  await until("it runs", () => full.serving.openCalls === 1);
  const refused = await trouble.call({ what: "fine" });
  assert(!refused.ok && refused.error.kind === "Busy");
  assert(refused.error.message.includes("refused a call"));
  await cluster.serve(tools);
  const again = await cluster.remote("again");
  for (let i = 0; i < 20; i++) {
    assertEquals(await again.execute({ what: "fine" }), "fine");
  }
  // Half of them meet the full service, and are not marked to run twice.
  const kinds = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const result = await trouble.call({ what: "fine" });
    kinds.add(result.ok ? "ok" : result.error.kind);
  }
  assertEquals([...kinds].sort(), ["Busy", "ok"]);
  controller.abort();
  await assertRejects(() => busy, DOMException);
});

test("A service refuses what it can't begin in the caller's time", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  await cluster.serve(tools, { maxConcurrentCalls: 1 });
  const trouble = await cluster.remote("trouble");
  let oneMs = 0;
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    await trouble.execute({ what: "work", size: 30 });
    oneMs = performance.now() - began;
  }
  let done = 0;
  const work = async () => {
    const result = await trouble.call({ what: "work", size: 30 });
    done++;
    assert(result.ok);
  };
  const waiting = Array.from({ length: 20 }, work);
  await delay(oneMs);
  const result = await trouble.call({ what: "fine" }, { timeout: oneMs });
  assert(!result.ok && result.error.kind === "Busy");
  assert(result.error.message.includes("would wait"), result.error.message);
  // It did not wait for its turn.
  assert(done < 15, `${done} done`);
  await Promise.all(waiting);
});

test("A caller with a lock refuses a tool that differs, and takes its word from the lock", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  const entry = {
    ...JSON.parse(JSON.stringify(tools.get("echo")!.schema())),
    sha256: "ab".repeat(32),
  };
  const lock = new Map([["echo", entry]]);
  const liar = new Map([["echo", { ...entry, description: "Other" }]]);
  await assertRejects(
    () => cluster.serve(tools, { lock: liar }),
    TypeError,
    "differs from the lock",
  );
  await cluster.serve(tools, { lock });
  const echo = await cluster.remote("echo", { lock });
  assertEquals(echo.hash, await labelHash(entry));
  assertEquals(echo.schema(), tools.get("echo")!.schema());
  assertEquals(await echo.execute({ text: "hi" }), { text: "hi" });
  const connection = await cluster.connect();
  const refused: string[] = [];
  const onRefused = (why: string) => refused.push(why);
  const found = await remoteTools(connection, { lock, onRefused });
  assertEquals(found.map((tool) => tool.schema().name), ["echo"]);
  assertEquals(refused.length, 2);
  const other = new Map([["echo", { ...entry, sha256: "cd".repeat(32) }]]);
  await assertRejects(
    () => remoteTools(connection, { names: ["echo"], lock: other }),
    UnknownTool,
    "it is not what was locked",
  );
  await assertRejects(
    () => remoteTools(connection, { names: ["again"], lock }),
    UnknownTool,
    "never locked",
  );
});

test("A caller with a lock need not search, and is told when nobody has the tool", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  const schema = tools.get("echo")!.schema();
  const entry = JSON.parse(JSON.stringify(schema));
  const lock = new Map([["echo", entry]]);
  const connection = await cluster.connect();
  const [echo] = await remoteTools(connection, { lock, search: false });
  const began = performance.now();
  const nobody = await echo!.call({ text: "hi" });
  assert(!nobody.ok && nobody.error.kind === "SandboxClosed");
  assert(performance.now() - began < 1_000);
  await cluster.serve(tools, { lock });
  assertEquals(await echo!.execute({ text: "hi" }), { text: "hi" });
  await assertRejects(
    () => remoteTools(connection, { lock, search: false, names: ["again"] }),
    UnknownTool,
    "The lock has no tool",
  );
  await assertRejects(
    () => remoteTools(connection, { search: false }),
    TypeError,
    "it needs a lock",
  );
});

test("A long schema is told to whoever asks for it", async () => {
  await using cluster = await Cluster.start();
  const tools = await cluster.tools();
  const schema = {
    ...tools.get("echo")!.schema(),
    name: "long",
    description: "x".repeat(100_000),
  };
  tools.register({
    schema: () => schema,
    execute: () => Promise.resolve("fine"),
  });
  await cluster.serve(tools);
  const long = await cluster.remote("long");
  assertEquals(long.schema(), schema);
  assertEquals(await long.execute({ text: "" }), "fine");
});

test("A service that is drained finishes what it took, and takes no more", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools(), {
    graceMs: 20_000,
    maxConcurrentCalls: 1,
  });
  const trouble = await cluster.remote("trouble");
  await trouble.execute({ what: "warm" });
  const calls = Array.from(
    { length: 5 },
    () => trouble.call({ what: "work", size: 20 }),
  );
  await until("they are taken", () => serving.openCalls === 5);
  await serving.close();
  for (const result of await Promise.all(calls)) assert(result.ok);
  const late = await trouble.call({ what: "fine" });
  assert(!late.ok);
  assertEquals(late.error.kind, "SandboxClosed");
});

test("A service ends what its caller is no longer there for", async () => {
  await using cluster = await Cluster.start();
  const { serving } = await cluster.serve(await cluster.tools());
  const connection = await cluster.connect();
  const [trouble] = await remoteTools(connection, { names: ["trouble"] });
  const call = trouble!.call({ what: "spin" });
  await until("it runs", () => serving.openCalls === 1);
  await connection.close();
  const result = await call;
  assert(!result.ok);
  assertEquals(result.error.kind, "SandboxClosed");
  await until("it ended", () => serving.openCalls === 0);
});

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}
