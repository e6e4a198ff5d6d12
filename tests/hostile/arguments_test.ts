import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionFailed,
  SandboxConfig,
  SandboxedTool,
  TimeoutExceeded,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { checkCase, hostileCases } from "./hostile_case.ts";

const NO_ROOM = "arguments_no_room";

for (const hostile of hostileCases("arguments_", "alloc_")) {
  if (hostile.name === NO_ROOM) continue;
  Deno.test(
    `Arguments are placed where they hurt nobody: ${hostile.name}`,
    () => checkCase(hostile),
  );
}

Deno.test(`Arguments that fit nowhere are refused: ${NO_ROOM}`, async () => {
  const [hostile] = hostileCases(NO_ROOM);
  assert(hostile);
  await using tool = await SandboxedTool.load(hostile.wasm);
  assertEquals(await tool.execute({ small: true }), { small: true });
  const error = await assertRejects(
    () => tool.execute("x".repeat(1024 * 1024)),
    ExecutionFailed,
  );
  assertEquals(error.message.includes("1048578 bytes"), true, error.message);
});

const SCHEMA = '{"name":"t","description":"d","parameters":{}}';
const PAGES = 32_767;

/** Of 2 GiB, no two MiB in a row are unused, and there is no way to grow. */
function withoutRoom(): ModuleBuilder {
  const module = new ModuleBuilder();
  const schema = module.type([], ["i64"]);
  const execute = module.type(["i32", "i32"], ["i64"]);
  const mark = `loop void
    local.get 0 i32.const 1 i32.store 0 2048 4
    local.get 0 i32.const 1048576 i32.add local.tee 0
    i32.const ${PAGES * 65_536 - 4096} i32.lt_u br_if 0 end`;
  module.memory(PAGES, PAGES)
    .func(schema, `i64.const ${SCHEMA.length}`)
    .func(execute, `i64.const ${SCHEMA.length}`)
    .func(module.type([]), mark, ["i32"])
    .start(2)
    .export("memory", "memory", 0)
    .export("__tool_schema", "function", 0)
    .export("__tool_execute", "function", 1);
  const bytes = new TextEncoder().encode(SCHEMA);
  return module.raw(11, [0, 0x41, 0, 0x0b, bytes.length, ...bytes]);
}

Deno.test("A search for room in a large memory ends at the limit", async () => {
  const config = SandboxConfig.builder()
    .maxMemoryBytes(2 ** 31).maxExecutionTime(300).build();
  await using tool = await SandboxedTool.load(withoutRoom().build(), config);
  const result = await tool.call("x".repeat(2 ** 20));
  assert(!result.ok && result.error instanceof TimeoutExceeded);
  // All of it would take two seconds.
  const { durationMs } = result.usage;
  assert(durationMs < 1000, `${durationMs} ms`);
  assertEquals(tool.sandbox.lostWorkers, 0);
});
