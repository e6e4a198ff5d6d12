import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Busy,
  type CallOptions,
  type RunOptions,
  SandboxedTool,
  type SandboxOptions,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const STATISTICS = new URL("wasi/statistics.wasm", FIXTURES);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function withProgram<T>(
  name: string,
  config: SandboxOptions,
  use: (
    run: ToolSandbox["run"] extends (m: infer _, o?: infer O) => infer R
      ? (options: O) => R
      : never,
  ) => Promise<T>,
): Promise<T> {
  await using sandbox = new ToolSandbox({ maxWorkers: 1, ...config });
  const module = await sandbox.loadModule(new URL(`${name}.wasm`, FIXTURES));
  return await use((options) => sandbox.run(module, options));
}

Deno.test("A call brings files of its own, and nobody else sees them", async () => {
  await withProgram("wasi/cat", {}, async (run) => {
    const one = await run({
      args: ["/in/a.txt"],
      files: { "/in": { "a.txt": "one" } },
    });
    const two = await run({
      args: ["/in/a.txt"],
      files: { "/in": { "a.txt": bytes("two") } },
    });
    const none = await run({ args: ["/in/a.txt"] });
    assertEquals([one.stdout, two.stdout], ["one", "two"]);
    assert(none.ok && none.exitCode !== 0);
  });
});

Deno.test("A call's result has the files that changed, and no others", async () => {
  await withProgram("wasi/copy", {}, async (run) => {
    const files = { "/w": { "in.txt": "text", "other.txt": "untouched" } };
    const result = await run({ args: ["/w/in.txt", "/w/out.txt"], files });
    assertEquals(result.exitCode, 0, result.stderr);
    assertEquals(result.files, { "/w": { "out.txt": bytes("text") } });
    assertEquals(result.file("/w/out.txt"), bytes("text"));
    assertEquals(result.file("/w/in.txt"), undefined);
    assertEquals(result.file("/w/__proto__"), undefined);
  });
});

Deno.test("A call's result says which of the files that it was given are gone", async () => {
  const config = {
    memoryDirectories: {
      "/m": { files: { "kept.txt": "", "old.txt": "old" } },
    },
  };
  await withProgram("wasi/escape", config, async (run) => {
    const files = { "/w": { "in.txt": "in", "sub/b.txt": "b" } };
    const untouched = await run({ args: ["read", "/w/in.txt"], files });
    assertEquals([untouched.files, untouched.removed], [{}, []]);
    const removed = await run({ args: ["remove", "/w/sub/b.txt"], files });
    assertEquals([removed.files, removed.removed], [{}, ["/w/sub/b.txt"]]);
    const moved = await run({
      args: ["rename", "/w/in.txt", "/w/__proto__"],
      files,
    });
    assertEquals(moved.removed, ["/w/in.txt"]);
    assertEquals(moved.file("/w/__proto__"), bytes("in"));
    const granted = await run({ args: ["remove", "/m/old.txt"] });
    assertEquals(granted.removed, ["/m/old.txt"]);
    const made = await run({ args: ["create", "/m/new.txt"] });
    assertEquals(made.removed, []);
    assertEquals(JSON.parse(JSON.stringify(granted)).removed, ["/m/old.txt"]);
  });
});

Deno.test("A call adds files to a directory of the configuration", async () => {
  const config = {
    memoryDirectories: { "/m": { files: { "old.txt": "old" } } },
  };
  await withProgram("wasi/cat", config, async (run) => {
    const files = { "/m": { "new.txt": "new" } };
    const args = ["/m/old.txt", "/m/new.txt"];
    assertEquals((await run({ args, files })).stdout, "oldnew");
    assertEquals((await run({ args: ["/m/old.txt"] })).stdout, "old");
  });
});

Deno.test("A tool with WASI gets variables, input and output handlers too", async () => {
  await using tool = await SandboxedTool.load(
    new URL("wasi/print_tool.wasm", FIXTURES),
  );
  const pieces: string[] = [];
  const result = await tool.call({ text: "to stderr" }, {
    onStdout: (piece) => {
      pieces.push(new TextDecoder().decode(piece));
    },
  });
  assertEquals(result.stdout, pieces.join(""));
  assertGreater(pieces.length, 0);
});

Deno.test("A program that meets its limit comes back with what it printed", async () => {
  await withProgram("wasi/sleep", {}, async (run) => {
    const result = await run({ args: ["60000"], timeout: 1_000 });
    assert(!result.ok);
    assertEquals(result.error.kind, "TimeoutExceeded");
    // `kind` narrows the union.
    if (result.error.kind === "TimeoutExceeded") {
      assertEquals(result.error.limitMs, 1_000);
    }
    assertEquals(result.exitCode, undefined);
    assertGreater(result.usage.durationMs, 50);
    assertGreater(result.usage.peakMemoryBytes, 0);
  });
  await withProgram("wasi/exit", {}, async (run) => {
    const result = await run({ args: ["trap"] });
    assert(!result.ok);
    assertEquals(result.stdout, "ending by trap\n");
  });
});

Deno.test("A call's fuel and memory can be less than the configuration's", async () => {
  const config = { maxFuel: 1_000_000_000n, maxMemoryBytes: 4 * 2 ** 20 };
  await using sandbox = new ToolSandbox(config);
  const module = await sandbox.loadModule(
    new URL("tools/word_stats.wasm", FIXTURES),
  );
  const tool = await SandboxedTool.create(sandbox, module);
  const args = { text: "to be or not to be" };
  const full = await tool.call(args);
  assert(full.ok);
  const little = await tool.call(args, { maxFuel: 10 });
  assert(!little.ok && little.error.kind === "FuelExhausted");
  assertEquals(little.error.fuelLimit, 10n);
  assert((await tool.call(args)).ok);
});

Deno.test("A call's memory grows up to its own limit, over all memories and tables", async () => {
  const builder = new ModuleBuilder();
  const type = builder.type(["i32"], ["i32"]);
  const bytes = builder.memory(1).memory(1).table("funcref", 1)
    .func(type, "local.get 0 memory.grow 0")
    .func(type, "local.get 0 memory.grow 1")
    .func(type, "ref.null func local.get 0 table.grow 0")
    .export("first", "function", 0)
    .export("second", "function", 1)
    .export("table", "function", 2)
    .build();
  await using sandbox = new ToolSandbox({ maxMemoryBytes: 2 ** 24 });
  const module = await sandbox.loadModule(bytes);
  const page = 65_536;
  const grow = async (name: string, by: number, maxMemoryBytes?: number) => {
    const result = await sandbox.call(module, name, [by], { maxMemoryBytes });
    return result.ok ? result.value[0] : result.error.kind;
  };
  for (const name of ["first", "second"]) {
    assertEquals(await grow(name, 8), 1);
    assertEquals(await grow(name, 8, 8 * page), -1);
    assertEquals(await grow(name, 5, 8 * page), 1);
    assertEquals(await grow(name, 8), 1);
  }
  assertEquals(await grow("table", 10_000), 1);
  assertEquals(await grow("table", 10_000, 8 * page), -1);
  assertEquals(await grow("first", 0, page), "MemoryLimitExceeded");
});

Deno.test("A call that waits for too long is Busy, and never runs", async () => {
  await withProgram("wasi/sleep", {}, async (run) => {
    const first = run({ args: ["400"] });
    const second = await run({ args: ["1"], queueTimeout: 50 });
    assert(!second.ok);
    assert(second.error instanceof Busy);
    assertStringIncludes(second.error.message, "waited 50 ms");
    assert((await first).ok);
    const third = await run({ args: ["1"], queueTimeout: 10_000 });
    assert(third.ok);
  });
});

Deno.test("A call says how long it waited", async () => {
  await withProgram("wasi/sleep", {}, async (run) => {
    const [, second] = await Promise.all([
      run({ args: ["300"] }),
      run({ args: ["1"] }),
    ]);
    assertGreater(second!.usage.waitedMs, 150);
  });
});

Deno.test("Results and errors survive JSON.stringify", async () => {
  await using tool = await SandboxedTool.load(
    new URL("tools/echo.wasm", FIXTURES),
    { maxFuel: 100_000_000 },
  );
  const good = JSON.parse(JSON.stringify(await tool.call({ a: 1 })));
  assertEquals([good.ok, good.value], [true, { a: 1 }]);
  assert(/^\d+$/.test(good.usage.fuelConsumed));
  const bad = JSON.parse(
    JSON.stringify(await tool.call({ a: 1 }, { maxFuel: 1 })),
  );
  assertEquals(bad.error.kind, "FuelExhausted");
  assertEquals(bad.error.fuelLimit, "1");
  assertStringIncludes(bad.error.message, "Fuel limit of 1 exhausted");
});

Deno.test("What execute throws has the whole result", async () => {
  await using tool = await SandboxedTool.load(
    new URL("tools/echo.wasm", FIXTURES),
    { maxFuel: 100_000_000 },
  );
  const error = await assertRejects(
    () => tool.execute({}, { maxFuel: 1 }),
    Error,
  );
  const { result } = error as Error & { result: { ok: boolean } };
  assertEquals(result.ok, false);
  assertEquals(JSON.stringify(error).includes('"result"'), false);
});

Deno.test("Unknown and wider options are refused, whatever is called", async () => {
  await using sandbox = new ToolSandbox({ maxExecutionTime: 1_000 });
  const module = await sandbox.loadModule(STATISTICS);
  const wrong: [CallOptions, string][] = [
    [{ timeout: 2_000 }, "Cannot set timeout"],
    [{ timout: 1 } as CallOptions, 'unknown option "timout"'],
    [{ maxFuel: 1 }, "counts no fuel"],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(
      () => sandbox.run(module, options as RunOptions),
      Error,
      message,
    );
  }
});
