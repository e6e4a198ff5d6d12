/** Guests that spend where no loop or entry looks, against a small budget. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  FuelExhausted,
  SandboxConfig,
  SandboxedTool,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const BUDGET = 1000n;
/** What a body of a leaf can consume at most, twice: see FUEL_SPACING. */
const LEAF = 512n;

const UNIT = "i32.const 1 drop ";
const LEAF_CODE = UNIT.repeat(80);
/** Zero operands, so that a call of it is one unit. */
const CALLS = "call 0 ".repeat(20_000);

/** Function 0 is a leaf of 80 units, function 1 is `f`. */
function spending(code: string): ModuleBuilder {
  const module = new ModuleBuilder();
  const type = module.type([]);
  return module.memory(2).tag(type).func(type, LEAF_CODE)
    .func(type, code, ["i32"]).export("f", "function", 1);
}

async function failure(
  module: ModuleBuilder,
  budget: bigint = BUDGET,
): Promise<unknown> {
  const config = SandboxConfig.builder().maxFuel(budget).build();
  await using sandbox = new ToolSandbox(config);
  const loaded = await sandbox.loadModule(module.build());
  return await sandbox.execute(loaded, "f").then(() => undefined, (e) => e);
}

function assertExhausted(error: unknown, budget: bigint = BUDGET): void {
  assertInstanceOf(error, FuelExhausted);
  const { fuelConsumed } = error;
  assert(fuelConsumed >= budget, `${fuelConsumed}`);
  assert(fuelConsumed <= budget + LEAF, `${fuelConsumed}`);
}

const OVERRUNS: Record<string, string> = {
  "calls of leaves": CALLS,
  "calls of leaves after a loop": `loop void local.get 0 br_if 0 end ${CALLS}`,
  "straight code": UNIT.repeat(100_000),
  "branches forward": `local.get 0 if void end ${UNIT}`.repeat(20_000),
  "paths around checks": `block void local.get 0 i32.eqz br_if 0 ${
    UNIT.repeat(400)
  } end ${UNIT.repeat(150)}`.repeat(50),
  "a handler that was never thrown to": `try void ${
    UNIT.repeat(5000)
  } catch_all end ${UNIT.repeat(5000)}`,
  "handlers": `try void ${UNIT.repeat(180)} throw 0 catch_all ${
    UNIT.repeat(180)
  } end `.repeat(100),
  "one bulk operator": "i32.const 0 i32.const 0 i32.const 65536 memory.fill 0",
  "the last stretch": UNIT.repeat(1005),
  "the last stretch before a return": `${UNIT.repeat(1005)} return`,
  "the last stretch before a branch out": `${UNIT.repeat(1005)} br 0`,
  "a leaf as the last": `${UNIT.repeat(970)} call 0`,
  "a leaf in place of the caller": `${UNIT.repeat(970)} return_call 0`,
  "a recursion, and then leaves": `global.get 0 i32.const 1 i32.add
    global.set 0 global.get 0 i32.const 50 i32.lt_u if void call 1 end ${CALLS}`,
};

for (const [name, code] of Object.entries(OVERRUNS)) {
  Deno.test(`A budget is not overrun: ${name}`, async () => {
    const module = spending(code).global("i32", "i32.const 0");
    assertExhausted(await failure(module));
  });
}

Deno.test("A budget is not overrun while a deep recursion returns", async () => {
  // Each frame takes 5 units on the way down, and 60 on the way up.
  const code = `global.get 0 i32.const 1 i32.sub global.set 0
    global.get 0 if void call 1 end ${UNIT.repeat(60)}`;
  const module = spending(code).global("i32", "i32.const 5000");
  const budget = 5000n * 8n;
  assertExhausted(await failure(module, budget), budget);
});

Deno.test("A budget of exactly what is consumed is enough, and one less is not", async () => {
  const codes = [
    UNIT.repeat(1000),
    "call 0 ".repeat(30),
    `${UNIT.repeat(900)} call 0`,
    `loop void local.get 2 i32.const 1 i32.add local.tee 2
      i32.const 200 i32.lt_u br_if 0 end`,
  ];
  for (const code of codes) {
    const config = SandboxConfig.builder().maxFuel(1_000_000).build();
    await using tool = await SandboxedTool.load(
      toolWith({ execute: code }).build(),
      config,
    );
    const { usage } = await tool.call(null);
    const consumed = usage.fuelConsumed!;
    await assertTool({ execute: code }, consumed, "enough");
    await assertTool({ execute: code }, consumed - 1n, "too little");
  }
});

interface ToolCode {
  readonly start?: string;
  readonly initialize?: string;
  readonly alloc?: string;
  readonly schema?: string;
  readonly execute?: string;
}

const SCHEMA = '{"name":"t","description":"d","parameters":{}}';

/** A tool that spends in each of its functions; it answers its arguments. */
function toolWith(code: ToolCode): ModuleBuilder {
  const module = new ModuleBuilder();
  const nothing = module.type([]);
  const alloc = module.type(["i32"], ["i32"]);
  const answer = module.type([], ["i64"]);
  const execute = module.type(["i32", "i32"], ["i64"]);
  const pair = "i64.extend_i32_u i64.const 32 i64.shl";
  module.memory(2).func(nothing, LEAF_CODE)
    .func(alloc, `${code.alloc ?? ""} i32.const 4096`)
    .func(answer, `${code.schema ?? ""} i64.const ${SCHEMA.length}`)
    .func(
      execute,
      `${code.execute ?? ""} local.get 0 ${pair}
       local.get 1 i64.extend_i32_u i64.or`,
      ["i32"],
    )
    .func(nothing, code.initialize ?? "")
    .func(nothing, code.start ?? "")
    .export("memory", "memory", 0)
    .export("__tool_alloc", "function", 1)
    .export("__tool_schema", "function", 2)
    .export("__tool_execute", "function", 3)
    .export("_initialize", "function", 4)
    .start(5);
  const bytes = new TextEncoder().encode(SCHEMA);
  module.raw(11, [0, 0x41, 0, 0x0b, bytes.length, ...bytes]);
  return module;
}

async function assertTool(
  code: ToolCode,
  budget: bigint,
  expected: "enough" | "too little",
): Promise<void> {
  const config = SandboxConfig.builder().maxFuel(budget).build();
  const run = async () => {
    await using tool = await SandboxedTool
      .load(toolWith(code).build(), config);
    return await tool.execute(null);
  };
  const error = await run().then(() => undefined, (error) => error);
  if (expected === "enough") assertEquals(error, undefined);
  else assertExhausted(error, budget);
}

Deno.test("A budget is not overrun in any function that a call enters", async () => {
  const places: (keyof ToolCode)[] = [
    "start",
    "initialize",
    "alloc",
    "schema",
    "execute",
  ];
  for (const place of places) {
    // Straight code and leaves, where one call more is one too many.
    for (const code of [UNIT.repeat(1005), CALLS]) {
      await assertTool({ [place]: code }, BUDGET, "too little");
    }
  }
});

Deno.test("A budget is one over all functions that a call enters", async () => {
  const part = UNIT.repeat(60);
  const code: ToolCode = {
    start: part,
    initialize: part,
    alloc: part,
    execute: part,
  };
  await assertTool(code, 300n, "enough");
  await assertTool(code, 200n, "too little");
});

/** Function 0 is proc_exit, function 1 the leaf, function 2 `_start`. */
function exiting(code: string): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const nothing = module.type([]);
  const exit = module.type(["i32"]);
  return module.importFunction("wasi_snapshot_preview1", "proc_exit", exit)
    .memory(1).export("memory", "memory", 0)
    .func(nothing, LEAF_CODE).func(nothing, `${code} i32.const 0 call 0`)
    .export("_start", "function", 2).build();
}

Deno.test("A program that overran its budget does not get away with an exit", async () => {
  const config = SandboxConfig.builder().maxFuel(BUDGET).build();
  await using sandbox = new ToolSandbox(config);
  const within = await sandbox.run(await sandbox.loadModule(exiting(UNIT)));
  assertEquals([within.ok, within.exitCode], [true, 0]);
  for (
    const code of [
      "call 1 ".repeat(13),
      "call 1 ".repeat(20_000),
      UNIT.repeat(1005),
    ]
  ) {
    const module = await sandbox.loadModule(exiting(code));
    const result = await sandbox.run(module);
    assert(!result.ok, Deno.inspect(result));
    assertExhausted(result.error);
  }
});
