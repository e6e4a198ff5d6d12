import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CompilationFailed, MemoryLimitExceeded } from "../../src/errors.ts";
import type { Signature } from "../../src/prepare/module_info.ts";
import { prepareModule } from "../../src/prepare/prepare.ts";
import { StopReason } from "../../src/stop_page.ts";
import { MIB, runGuest } from "./guest_run.ts";
import { ModuleBuilder } from "./module_builder.ts";

const options = { maxMemoryBytes: 64 * MIB, fuel: false };

function refusal(bytes: Uint8Array): string {
  return assertThrows(
    () => prepareModule(bytes, options),
    CompilationFailed,
  ).message;
}

Deno.test("prepareModule leaves what a module computes as it was", () => {
  const module = new ModuleBuilder();
  const type = module.type(["i32"], ["i32"]);
  module.func(
    type,
    `block void
       loop void
         local.get 0 i32.eqz br_if 1
         local.get 1 local.get 0 i32.add local.set 1
         local.get 0 i32.const 1 i32.sub local.set 0
         br 0
       end
     end
     local.get 1`,
    ["i32"],
  ).export("sum", "function", 0);
  assertEquals(runGuest(module.build()).exports.sum!(100), 5050);
});

Deno.test("prepareModule stops a loop that runs for ever", () => {
  const module = new ModuleBuilder();
  module.func(module.type([]), "loop void br 0 end")
    .export("spin", "function", 0);
  const guest = runGuest(module.build());
  guest.stop.stop(StopReason.Deadline);
  assertThrows(() => guest.exports.spin!(), WebAssembly.RuntimeError);
});

Deno.test("prepareModule stops a recursion at a function's entry", () => {
  const module = new ModuleBuilder();
  module.func(module.type([]), "return_call 0").export("f", "function", 0);
  const guest = runGuest(module.build());
  guest.stop.stop(StopReason.Abort);
  assertThrows(
    () => guest.exports.f!(),
    WebAssembly.RuntimeError,
    "unreachable",
  );
});

Deno.test("prepareModule takes the start function out and exports it", () => {
  const module = new ModuleBuilder();
  const type = module.type([]);
  module.global("i32", "i32.const 0")
    .func(type, "i32.const 7 global.set 0")
    .func(module.type([], ["i32"]), "global.get 0")
    .export("get", "function", 1)
    .export("cortexai:sandbox/start", "function", 1)
    .start(0);
  const { exports, info } = runGuest(module.build());
  assertEquals(exports.get!(), 0);
  assertEquals(info.startExport, "cortexai:sandbox/start#1");
  exports[info.startExport!]!();
  assertEquals(exports.get!(), 7);
});

Deno.test("prepareModule turns memories into imports with unused names", () => {
  const module = new ModuleBuilder();
  const type = module.type([], ["i32"]);
  module.importMemory("cortexai:sandbox", "memory0", [0, 1])
    .memory(2, 3)
    .func(type, "memory.size 1")
    .export("size", "function", 0)
    .export("memory", "memory", 1);
  const { info, exports } = runGuest(module.build());
  assertEquals(info.memories, [
    {
      module: "cortexai:sandbox#1",
      name: "memory0",
      initialPages: 1,
      maximumPages: 1024,
      index64: false,
    },
    {
      module: "cortexai:sandbox#1",
      name: "memory1",
      initialPages: 2,
      maximumPages: 3,
      index64: false,
    },
  ]);
  assertEquals(exports.size!(), 2);
});

Deno.test("prepareModule refuses declared memory above the limit", () => {
  const module = new ModuleBuilder().memory(1000).memory(25);
  const error = assertThrows(
    () => prepareModule(module.build(), options),
    MemoryLimitExceeded,
  );
  assertStringIncludes(error.message, "1025 pages");
  assertEquals(error.limitBytes, 64 * MIB);
});

Deno.test("prepareModule drops sections whose offsets would lie", () => {
  const bytes = new ModuleBuilder()
    .custom("name", [])
    .custom("producers", [1, 2, 3])
    .custom("tool_schema", [1, 2, 3])
    .custom(".debug_info", [1])
    .custom("sourceMappingURL", [1])
    .custom("metadata.code.branch_hint", [0])
    .build();
  const module = new WebAssembly.Module(
    prepareModule(bytes, options).bytes,
  );
  const kept = (name: string) =>
    WebAssembly.Module.customSections(module, name).length;
  assertEquals(kept("name"), 1);
  assertEquals(
    new Uint8Array(
      WebAssembly.Module.customSections(module, "producers")[0]!,
    ),
    new Uint8Array([1, 2, 3]),
  );
  // It is read in preparation, and may be long.
  assertEquals(kept("tool_schema"), 0);
  assertEquals(kept(".debug_info"), 0);
  assertEquals(kept("sourceMappingURL"), 0);
  assertEquals(kept("metadata.code.branch_hint"), 0);
});

Deno.test("prepareModule reports V8's reason for an invalid module", () => {
  const module = new ModuleBuilder();
  module.func(module.type([], ["i32"]), "i64.const 1");
  assertStringIncludes(refusal(module.build()), "type error");
});

Deno.test("prepareModule names a component as what it is", () => {
  const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
  assertStringIncludes(refusal(bytes), "this is a component");
});

Deno.test("prepareModule describes imports, exports and features", () => {
  const module = new ModuleBuilder();
  const type = module.type(["i32", "i64"], ["f32", "f64"]);
  module.importFunction("env", "f", type).export("g", "function", 0);
  const { info } = prepareModule(module.build(), options);
  const signature: Signature = {
    params: ["i32", "i64"],
    results: ["f32", "f64"],
  };
  assertEquals(info.imports, [
    { module: "env", name: "f", kind: "function", signature },
  ]);
  assertEquals(info.exports, [{ name: "g", kind: "function", signature }]);
  assert(info.features.includes("multi-value"));
});
