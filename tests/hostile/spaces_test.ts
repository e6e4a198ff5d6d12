/** Memories and tables at V8's own limits, and under names of the sandbox's. */

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CompilationFailed,
  ExecutionFailed,
  MemoryLimitExceeded,
  SandboxConfig,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder, type ValueName } from "../prepare/module_builder.ts";

const GIB = 2 ** 30;

/** What `f` answers under a memory limit that is not what stops it. */
async function answer(
  module: ModuleBuilder,
  maxMemoryBytes: number = 64 * GIB,
  name = "f",
): Promise<number[]> {
  const config = SandboxConfig.builder().maxMemoryBytes(maxMemoryBytes).build();
  await using sandbox = new ToolSandbox(config);
  const loaded = await sandbox.loadModule(module.build());
  const bytes = await sandbox.execute(loaded, name);
  return [...new Int32Array(bytes.slice().buffer)];
}

/** A module whose `f` has this code and these results. */
function module(
  code: string,
  results: ValueName[],
  change: (module: ModuleBuilder) => unknown,
): ModuleBuilder {
  const made = new ModuleBuilder();
  const type = made.type([], results);
  change(made);
  return made.func(type, code).export("f", "function", 0);
}

Deno.test("A table that can't grow to V8's limit is left as it was", async () => {
  const grow = (by: number) =>
    `ref.null externref i32.const ${by} table.grow 0 table.size 0`;
  const i32s: ValueName[] = ["i32", "i32"];
  for (const maximum of [undefined, 20_000_000]) {
    const declare = (one: ModuleBuilder) => one.table("externref", 1, maximum);
    const past = module(grow(10_000_000), i32s, declare);
    assertEquals(await answer(past), [-1, 1]);
  }
  const upTo = module(
    grow(9_999_999),
    i32s,
    (one) => one.table("externref", 1),
  );
  assertEquals(await answer(upTo), [1, 10_000_000]);
  const wide = module(
    "ref.null funcref i64.const 10000000 table.grow 0 table.size 0",
    ["i64", "i64"],
    (one) => one.table("funcref", 1, undefined, true),
  );
  assertEquals(await answer(wide), [-1, -1, 1, 0]);
});

Deno.test("A table's growth past V8's limit is a refusal like any other", async () => {
  const trapping = module(
    `ref.null externref i32.const 10000000 table.grow 0
     i32.const 0 i32.lt_s if void unreachable end i32.const 1`,
    ["i32"],
    (one) => one.table("externref", 1),
  );
  const error = await answer(trapping).then(() => undefined, (error) => error);
  assertInstanceOf(error, MemoryLimitExceeded);
});

Deno.test("A table that starts above V8's limit is refused", async () => {
  const large = module(
    "table.size 0",
    ["i32"],
    (one) => one.table("funcref", 10_000_001),
  );
  await assertRejects(() => answer(large), CompilationFailed, "10000000");
});

Deno.test("A memory grows up to V8's limit under a wider one", async () => {
  const grow = (by: number) => `i32.const ${by} memory.grow 0 memory.size 0`;
  const declare = (one: ModuleBuilder) => one.memory(1);
  const i32s: ValueName[] = ["i32", "i32"];
  assertEquals(await answer(module(grow(65_536), i32s, declare)), [-1, 1]);
  assertEquals(await answer(module(grow(65_535), i32s, declare)), [1, 65_536]);
  const wide = (by: number) =>
    module(
      `i64.const ${by} memory.grow 0 memory.size 0`,
      ["i64", "i64"],
      (one) => one.memory(1, undefined, true),
    );
  assertEquals(await answer(wide(262_144)), [-1, -1, 1, 0]);
  assertEquals(await answer(wide(100_000)), [1, 0, 100_001, 0]);
});

Deno.test("A memory may be imported from a module of the sandbox's own", async () => {
  for (
    const from of [
      "wasi_snapshot_preview1",
      "cortex_http",
      "cortexai:sandbox",
      "__proto__",
    ]
  ) {
    const memory = module(
      "memory.size 0",
      ["i32"],
      (one) => one.importMemory(from, "memory0", [0, 3]),
    );
    assertEquals(await answer(memory), [3]);
  }
});

Deno.test("Memories that are imported by one name would be one: they are refused", async () => {
  const two = module(
    "memory.size 0",
    ["i32"],
    (one) =>
      one.importMemory("env", "memory", [0, 1])
        .importMemory("env", "memory", [0, 2]),
  );
  await assertRejects(() => answer(two), CompilationFailed, "twice");
});

Deno.test("A name that no request has room for is a clear refusal", async () => {
  const name = "n".repeat(70_000);
  const named = module("i32.const 7", ["i32"], () => {})
    .export(name, "function", 0);
  const error = await assertRejects(
    () => answer(named, 65_536, name),
    ExecutionFailed,
    "limit is 65536",
  );
  assertEquals(error.message.length < 200, true);
  assertEquals(await answer(named, 2 ** 20, name), [7]);
});
