import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Busy,
  ExecutionFailed,
  InvalidArguments,
  SandboxClosed,
  SandboxedTool,
  type Tool,
  type ToolCallOptions,
  ToolRegistry,
  UnknownTool,
} from "../../mod.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const ECHO = new URL("tools/echo.wasm", FIXTURES);
const LOOP = new URL("hostile/loop_in_execute.wasm", FIXTURES);

/** A tool of the host program. */
function plain(
  name: string,
  execute: Tool["execute"] = (args) => Promise.resolve({ args: String(args) }),
): Tool {
  return {
    execute,
    schema: () => ({
      name,
      description: "",
      parameters: {
        type: "object",
        properties: { n: { type: "integer" } },
        additionalProperties: false,
      },
      dangerous: false,
      metadata: {},
      requiredScopes: [],
    }),
  };
}

Deno.test("ToolRegistry calls sandboxed and plain tools by name", async () => {
  await using tools = new ToolRegistry();
  await tools.load(ECHO);
  const contexts: unknown[] = [];
  tools.register(plain("add", (args, options: ToolCallOptions = {}) => {
    contexts.push(options.context);
    return Promise.resolve((args as { n: number }).n + 1);
  }));
  assertEquals(tools.list().map(({ name }) => name), ["echo", "add"]);
  assertEquals([tools.size, tools.has("add"), tools.has("x")], [
    2,
    true,
    false,
  ]);
  assert(tools.get("echo") instanceof SandboxedTool);
  const context = { user: 7 };
  assertEquals(await tools.execute("echo", { a: 1 }, { context }), { a: 1 });
  assertEquals(await tools.execute("add", { n: 1 }, { context }), 2);
  assertEquals(contexts, [context]);
});

Deno.test("ToolRegistry names what there is when a name is unknown", async () => {
  await using tools = new ToolRegistry();
  tools.register(plain("one")).register(plain("two"));
  const error = await assertRejects(
    () => tools.execute("too", {}),
    UnknownTool,
    'There is no tool named "too"; there are "one", "two"',
  );
  assertEquals(error.kind, "UnknownTool");
  const result = await tools.call("__proto__", {});
  assert(!result.ok && result.error.kind === "UnknownTool");
});

Deno.test("ToolRegistry refuses duplicates and names that are none", async () => {
  await using tools = new ToolRegistry();
  tools.register(plain("echo"));
  for (const name of ["echo", "", "a b", "a".repeat(65)]) {
    assertThrows(
      () => tools.register(plain(name)),
      TypeError,
      "Cannot register tool",
    );
  }
  await assertRejects(() => tools.load(ECHO), TypeError, "already");
  await tools.load(ECHO, { name: "echo2" });
  assertEquals(tools.list().map(({ name }) => name), ["echo", "echo2"]);
  const wrong = { nme: "x" } as Record<string, unknown>;
  assertThrows(() => tools.register(plain("x"), wrong), TypeError, '"nme"');
});

Deno.test("ToolRegistry tells what a plain tool tells of its call, and aborts it", async () => {
  await using sandboxed = await SandboxedTool.load(ECHO);
  const other: Tool = {
    schema: () => ({ ...sandboxed.schema(), name: "other" }),
    execute: (args) => sandboxed.execute(args),
    call: (args, { signal } = {}) =>
      signal === undefined
        ? sandboxed.call(args)
        : new Promise<never>(() => {}),
  };
  await using tools = new ToolRegistry();
  tools.register(other);
  const result = await tools.call("other", { text: "hi" });
  assertEquals(result.ok && result.value, { text: "hi" });
  assert(result.usage.memoryBytes > 0);
  const signal = AbortSignal.timeout(20);
  await assertRejects(
    () => tools.call("other", {}, { signal }),
    DOMException,
  );
});

Deno.test("ToolRegistry checks the arguments of plain tools too", async () => {
  await using tools = new ToolRegistry();
  let calls = 0;
  const counting = plain("count", () => Promise.resolve(++calls));
  tools.register(counting);
  tools.register(counting, { name: "unchecked", validateArguments: false });
  await assertRejects(
    () => tools.execute("count", { bogus: 1 }),
    InvalidArguments,
    'Argument "bogus" is unknown: expected only "n"',
  );
  assertEquals(calls, 0);
  assertEquals(await tools.execute("unchecked", { bogus: 1 }), 1);
});

Deno.test("ToolRegistry tells failures of plain tools like all others", async () => {
  await using tools = new ToolRegistry();
  const cause = new Error("No such city");
  tools.register(plain("weather", () => Promise.reject(cause)));
  const result = await tools.call("weather", {});
  assert(!result.ok);
  assertInstanceOf(result.error, ExecutionFailed);
  assertEquals(result.error.message, "Tool failed: No such city");
  assertStrictEquals(result.error.cause, cause);
  assertEquals(result.denied, []);
});

Deno.test("ToolRegistry rejects with the signal's reason, whatever the tool does", async () => {
  await using tools = new ToolRegistry();
  await tools.load(LOOP, { name: "loop" });
  tools.register(plain("deaf", () => new Promise(() => {})));
  for (const name of ["loop", "deaf"]) {
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    const { signal } = controller;
    const call = tools.call(name, {}, { signal });
    assertStrictEquals(await call.catch((error) => error), reason);
  }
});

Deno.test("ToolRegistry runs no more calls at once than it may", async () => {
  await using tools = new ToolRegistry({
    maxConcurrentCalls: 3,
    maxQueuedCalls: 4,
  });
  let running = 0;
  const most: Record<string, number> = {};
  const slow = (name: string) =>
    plain(name, async () => {
      most[name] = Math.max(most[name] ?? 0, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      return null;
    });
  tools.register(slow("many"));
  const calls = Array.from({ length: 8 }, () => tools.call("many", {}));
  const ends = await Promise.all(calls);
  assertEquals(most["many"], 3);
  const failures = ends.flatMap((end) => end.ok ? [] : [end.error]);
  assertEquals(failures.length, 1);
  assertInstanceOf(failures[0], Busy);
  assertStringIncludes(failures[0].message, "3 calls run and 4 wait");

  tools.register(slow("alone"), { maxConcurrentCalls: 1 });
  await Promise.all([1, 2, 3].map(() => tools.execute("alone", {})));
  assertEquals(most["alone"], 1);
});

Deno.test("A call that is aborted while it waits leaves its place to the next", async () => {
  await using tools = new ToolRegistry({ maxConcurrentCalls: 1 });
  const { promise, resolve } = Promise.withResolvers<null>();
  tools.register(plain("gated", () => promise));
  const first = tools.call("gated", {});
  const controller = new AbortController();
  const second = tools.call("gated", {}, { signal: controller.signal });
  const third = tools.call("gated", {});
  controller.abort();
  await assertRejects(() => second, DOMException);
  resolve(null);
  assertEquals([(await first).ok, (await third).ok], [true, true]);
});

Deno.test("ToolRegistry closes what it loaded, and nothing else", async () => {
  await using own = await SandboxedTool.load(ECHO);
  const tools = new ToolRegistry({ config: { maxExecutionTime: 1_000 } });
  tools.register(own, { name: "own" });
  const shared = await tools.load(ECHO);
  const apart = await tools.load(ECHO, {
    name: "apart",
    config: { maxExecutionTime: 50 },
  });
  assertEquals(shared.sandbox.config.maxExecutionTime, 1_000);
  assertEquals(apart.sandbox.config.maxExecutionTime, 50);
  await tools.close();
  for (const tool of [shared, apart]) {
    await assertRejects(() => tool.execute({}), SandboxClosed);
  }
  assertEquals(await own.execute({}), {});
  await assertRejects(() => tools.execute("own", {}), SandboxClosed);
  assertThrows(() => tools.register(own), SandboxClosed);
});

Deno.test("ToolRegistry refuses options and arguments that it can't use", async () => {
  await using tools = new ToolRegistry();
  tools.register(plain("one"));
  const wrong = { timout: 1 } as ToolCallOptions;
  await assertRejects(
    () => tools.call("one", {}, wrong),
    TypeError,
    '"timout"',
  );
  await assertRejects(
    () => tools.call("one", undefined),
    TypeError,
    "not JSON",
  );
  let deep: unknown = new Date();
  for (let level = 0; level < 100_000; level++) deep = { deep };
  await assertRejects(() => tools.call("one", deep), TypeError, "too deep");
});

Deno.test("ToolRegistry.unregister hands the tool back", async () => {
  await using tools = new ToolRegistry();
  const tool = plain("gone");
  tools.register(tool);
  assertStrictEquals(tools.unregister("gone"), tool);
  assertEquals(tools.unregister("gone"), undefined);
  await assertRejects(() => tools.execute("gone", {}), UnknownTool);
});

Deno.test("ToolRegistry.load takes scripts too, into the sandbox that tools share", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const script = `${folder}/greet.js`;
    await Deno.writeTextFile(
      script,
      `export const schema = { description: "", parameters: { type: "object" } };
       export const execute = ({ name }) => ({ hello: name });`,
    );
    await using registry = new ToolRegistry();
    const echo = await registry.load(ECHO);
    const greet = await registry.load(script);
    assertStrictEquals(greet.sandbox, echo.sandbox);
    const answer = await registry.call("greet", { name: "you" });
    assertEquals(answer.ok && answer.value, { hello: "you" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
