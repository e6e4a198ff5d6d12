import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ExecutionFailed,
  type JsonValue,
  SandboxClosed,
  SandboxConfig,
  SandboxedTool,
  TimeoutExceeded,
  ToolSandbox,
} from "../../mod.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const TOOLS = new URL("tools/", FIXTURES);
const ECHO = new URL("echo.wasm", TOOLS);
const LOOP = new URL("hostile/loop_in_execute.wasm", FIXTURES);
const STATE_LEAK = new URL("hostile/state_leak.wasm", FIXTURES);

interface ToolCase {
  readonly arguments: JsonValue;
  readonly value: JsonValue;
}

function casesOf(name: string): ToolCase[] {
  return JSON.parse(
    Deno.readTextFileSync(new URL(`${name}.cases.json`, TOOLS)),
  );
}

/** The tools that need nothing from outside; the others test their imports. */
function plainTools(): string[] {
  const importsNothing = (name: string) => {
    const bytes = Deno.readFileSync(new URL(`${name}.wasm`, TOOLS));
    const module = new WebAssembly.Module(bytes);
    return WebAssembly.Module.imports(module).length === 0;
  };
  return [...Deno.readDirSync(TOOLS)]
    .filter(({ name }) => name.endsWith(".cases.json"))
    .map(({ name }) => name.slice(0, -".cases.json".length))
    .filter(importsNothing)
    .sort();
}

function oneWorker(): SandboxConfig {
  return SandboxConfig.builder().maxWorkers(1).build();
}

async function toolIn(sandbox: ToolSandbox, url: URL): Promise<SandboxedTool> {
  return await SandboxedTool.create(sandbox, await sandbox.loadModule(url));
}

Deno.test("SandboxedTool answers every case of every tool that imports nothing", async () => {
  const names = plainTools();
  assertGreater(names.length, 5);
  await using sandbox = new ToolSandbox();
  for (const name of names) {
    const module = await sandbox.loadModule(new URL(`${name}.wasm`, TOOLS));
    // Some cases are what a tool answers to arguments that do not fit.
    const tool = await SandboxedTool.create(sandbox, module, {
      validateArguments: false,
    });
    assertEquals(tool.schema().name, name);
    for (const { arguments: args, value } of casesOf(name)) {
      assertEquals(await tool.execute(args), value, name);
    }
  }
});

Deno.test("SandboxedTool.schema says what the tool says, with defaults for the rest", async () => {
  await using tool = await SandboxedTool.load(ECHO);
  assertEquals(tool.schema(), {
    name: "echo",
    description: "Answers with its arguments.",
    parameters: { type: "object" },
    dangerous: false,
    metadata: {},
    requiredScopes: [],
  });
  assert(Object.isFrozen(tool.schema()));
});

Deno.test("SandboxedTool.call gives every call a fresh instance", async () => {
  await using tool = await SandboxedTool.load(STATE_LEAK, oneWorker());
  const first = { global: 1, memory: 1 };
  for (let call = 0; call < 20; call++) {
    assertEquals(await tool.execute({}), first);
  }
  const together = Array.from({ length: 20 }, () => tool.execute({}));
  assertEquals(await Promise.all(together), Array(20).fill(first));
});

Deno.test("SandboxedTool.call answers a thousand calls in flight, each with its own", async () => {
  await using sandbox = new ToolSandbox();
  const echo = await toolIn(sandbox, ECHO);
  const codec = await toolIn(sandbox, new URL("codec.wasm", TOOLS));
  const units = await toolIn(sandbox, new URL("unit_convert.wasm", TOOLS));
  const ask = (call: number): Promise<JsonValue> => {
    const text = `call ${call}`;
    if (call % 3 === 0) return echo.execute({ text });
    if (call % 3 === 1) {
      return codec.execute({ operation: "encode", format: "base64", text });
    }
    return units.execute({ value: call, from: "m", to: "km" });
  };
  const values = await Promise.all(
    Array.from({ length: 1000 }, (_, call) => ask(call)),
  );
  values.forEach((value, call) => {
    const text = `call ${call}`;
    if (call % 3 === 0) assertEquals(value, { text });
    else if (call % 3 === 1) {
      assertEquals((value as { encoded: string }).encoded, btoa(text));
    } else assertEquals((value as { value: number }).value, call / 1000);
  });
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("SandboxedTool.call never throws for what a guest does", async () => {
  const config = SandboxConfig.builder().maxExecutionTime(100).build();
  await using loop = await SandboxedTool.load(LOOP, config);
  const result = await loop.call({});
  assert(!result.ok && result.error instanceof TimeoutExceeded);
  assertEquals(result.error.limitMs, 100);
  assertGreater(result.usage.durationMs, 50);
  assertGreater(result.usage.memoryBytes, 0);
  assertStrictEquals(result.usage.fuelConsumed, undefined);
  assertEquals([result.stdout, result.stderr], ["", ""]);
  const error = await assertRejects(() => loop.execute({}), TimeoutExceeded);
  assertEquals(error.limitMs, 100);

  const trap = new URL("hostile/trap_unreachable.wasm", FIXTURES);
  await using trapping = await SandboxedTool.load(trap);
  const trapped = await trapping.call({});
  assert(!trapped.ok && trapped.error instanceof ExecutionFailed);

  await using echo = await SandboxedTool.load(ECHO);
  const answered = await echo.call({ a: 1 });
  assert(answered.ok);
  assertEquals(answered.value, { a: 1 });
  assertGreater(answered.usage.durationMs, 0);
});

Deno.test("SandboxedTool.call refuses arguments that are no JSON", async () => {
  await using tool = await SandboxedTool.load(ECHO);
  const ring: Record<string, unknown> = {};
  ring["ring"] = ring;
  for (const args of [undefined, () => 1, Symbol("no"), 1n, { a: 1n }, ring]) {
    await assertRejects(() => tool.call(args), TypeError);
    await assertRejects(() => tool.execute(args), TypeError);
  }
  assertEquals(await tool.execute({ a: undefined, b: [NaN] }), { b: [null] });
});

Deno.test("SandboxedTool.call rejects with the reason of a signal that was aborted before", async () => {
  await using tool = await SandboxedTool.load(ECHO);
  const standard = await assertRejects(
    () => tool.call({}, { signal: AbortSignal.abort() }),
    DOMException,
  );
  assertEquals(standard.name, "AbortError");
  const reason = { custom: true };
  const thrown = await tool.call({}, { signal: AbortSignal.abort(reason) })
    .catch((error) => error);
  assertStrictEquals(thrown, reason);
  assertEquals(await tool.execute({ a: 1 }), { a: 1 });
});

Deno.test("SandboxedTool.call rejects when aborted while it runs, and while it waits", async () => {
  await using tool = await SandboxedTool.load(LOOP, oneWorker());
  const running = new AbortController();
  const waiting = new AbortController();
  const runs = tool.call({}, { signal: running.signal });
  const waits = tool.call({}, { signal: waiting.signal });
  const start = performance.now();
  setTimeout(() => waiting.abort("enough of waiting"), 50);
  assertEquals(await waits.catch((error) => error), "enough of waiting");
  setTimeout(() => running.abort(), 50);
  const error = await assertRejects(() => runs, DOMException);
  assertEquals(error.name, "AbortError");
  assertStrictEquals(error, running.signal.reason);
  assertLess(performance.now() - start, 5000);
  assertEquals(tool.sandbox.lostWorkers, 0);
});

Deno.test("SandboxedTool.call leaves a usable worker after each abort, and none of its listeners", async () => {
  await using sandbox = new ToolSandbox(oneWorker());
  const loop = await toolIn(sandbox, LOOP);
  const echo = await toolIn(sandbox, ECHO);
  for (let round = 0; round < 10; round++) {
    const reason = new Error(`round ${round}`);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), round);
    const call = loop.call({}, { signal: controller.signal });
    assertStrictEquals(await call.catch((error) => error), reason);
    assertEquals(await echo.execute({ round }), { round });
  }
  // One signal for many calls: an abort after they ended reaches nobody.
  const shared = new AbortController();
  const options = { signal: shared.signal };
  for (let n = 0; n < 5; n++) assertEquals(await echo.execute(n, options), n);
  shared.abort();
  assertEquals(await echo.execute("still there"), "still there");
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("SandboxedTool closes the sandbox that it made, and no other", async () => {
  const own = await SandboxedTool.load(ECHO);
  await own[Symbol.asyncDispose]();
  await assertRejects(() => own.execute({}), SandboxClosed);

  await using sandbox = new ToolSandbox();
  {
    await using tool = await toolIn(sandbox, ECHO);
    assertEquals(await tool.execute(1), 1);
  }
  const again = await toolIn(sandbox, ECHO);
  assertEquals(await again.execute(2), 2);
});

Deno.test("SandboxedTool.load leaves no worker behind when it fails", async () => {
  const nameless = new URL("hostile/schema_no_name.wasm", FIXTURES);
  await assertRejects(() => SandboxedTool.load(nameless), ExecutionFailed);
  const numbers = new URL("numeric/numeric.wasm", FIXTURES);
  await assertRejects(
    () => SandboxedTool.load(numbers),
    ExecutionFailed,
    '"memory"',
  );
});
