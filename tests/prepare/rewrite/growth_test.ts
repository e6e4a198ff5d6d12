import { assert, assertEquals, assertThrows } from "@std/assert";
import { TABLE_ENTRY_BYTES } from "../../../src/prepare/rewrite/growth.ts";
import { StopReason } from "../../../src/stop_page.ts";
import { MIB, runGuest } from "../guest_run.ts";
import { ModuleBuilder } from "../module_builder.ts";

/** A module that grows two memories and a table. */
function growing(): ModuleBuilder {
  const module = new ModuleBuilder();
  const grow = module.type(["i32"], ["i32"]);
  const grow64 = module.type(["i64"], ["i64"]);
  module.memory(1).memory(1, undefined, true).table("externref", 0, 100_000)
    .func(grow, "local.get 0 memory.grow 0")
    .func(grow64, "local.get 0 memory.grow 1")
    .func(grow, "ref.null externref local.get 0 table.grow 0")
    .export("first", "function", 0).export("second", "function", 1)
    .export("table", "function", 2);
  return module;
}

Deno.test("memoryGrow grows up to the limit over all memories", () => {
  const { exports, stop } = runGuest(growing().build(), {}, {
    maxMemoryBytes: MIB,
  });
  assertEquals(exports.first!(7), 1);
  assertEquals(exports.second!(6n), 1n);
  assert(!stop.growthRefused);
  assertEquals(exports.second!(2n), -1n);
  assert(stop.growthRefused);
  assertEquals(exports.first!(1), 8);
  assertEquals(exports.first!(1), -1);
  assertEquals(exports.first!(0), 9);
});

Deno.test("memoryGrow refuses growths that would overflow the sum", () => {
  const { exports } = runGuest(growing().build(), {}, { maxMemoryBytes: MIB });
  for (const delta of [-1, 0x7fffffff, 65536]) {
    assertEquals(exports.first!(delta), -1);
  }
  for (const delta of [-1n, 2n ** 48n, 2n ** 47n, 2n ** 62n, -(2n ** 63n)]) {
    assertEquals(exports.second!(delta), -1n);
  }
});

Deno.test("tableGrow counts against the same limit", () => {
  const { exports, stop } = runGuest(growing().build(), {}, {
    maxMemoryBytes: MIB,
  });
  const left = Math.floor((MIB - 2 * 65536) / TABLE_ENTRY_BYTES);
  assertEquals(exports.table!(left + 1), -1);
  assert(stop.growthRefused);
  assertEquals(exports.table!(left), 0);
  assertEquals(exports.first!(1), -1);
  assertEquals(exports.table!(1), -1);
});

Deno.test("tableGrow grows in pieces, up to the table's own maximum", () => {
  const { exports, stop } = runGuest(growing().build());
  assertEquals(exports.table!(99_999), 0);
  assertEquals(exports.table!(2), -1);
  assertEquals(exports.table!(0), 99_999);
  assertEquals(exports.table!(1), 99_999);
  assertEquals(exports.table!(-1), -1);
  stop.stop(StopReason.Deadline);
  assertThrows(() => exports.table!(0), WebAssembly.RuntimeError);
});

Deno.test("capMemory keeps the host from growing past the limit too", () => {
  const { memories } = runGuest(growing().build(), {}, {
    maxMemoryBytes: MIB,
  });
  assertThrows(() => memories[0]!.grow(16), RangeError);
});
