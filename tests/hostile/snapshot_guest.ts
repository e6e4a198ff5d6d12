/**
 * A reactor with every kind of state, built in place: exports that change each
 * of them, and one that tells them all as a single number.
 */

import { SectionId } from "../../src/wasm/section.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

/** Where the honest part of the guest keeps its own mark. */
const MARK = 0x5a;

/**
 * ```text
 *   setup()             marks memory, globals, tables, as a guest at start does
 *   tell() -> i64       a number made of all state; MARKED after setup
 *   spoil()             changes all of it, grows nothing
 *   grow() -> i32       grows the memory, and writes to its end
 *   grow_table()        grows the table
 *   trap() loop()       spoils, and then traps or never ends
 *   count() -> i32      counts its calls
 * ```
 */
export function snapshotGuest(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const nothing = builder.type([], []);
  const number = builder.type([], ["i32"]);
  const wide = builder.type([], ["i64"]);
  builder.memory(2, 64).memory(1, 8);
  builder.table("funcref", 4, 64);
  builder.global("i32", "i32.const 1").global("i64", "i64.const 2")
    .raw(SectionId.global, [0x7d, 1, 0x43, 0, 0, 0, 0, 0x0b])
    .raw(SectionId.global, [0x7c, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b])
    .global("i32", "i32.const 0");
  builder.activeElements(0, [1, 7]);
  const spoil = `
    i32.const 0 i32.const 255 i32.const 131072 memory.fill 0
    i32.const 0 i32.const 255 i32.const 65536 memory.fill 1
    i32.const -1 global.set 0
    i64.const -1 global.set 1
    i32.const 2 f32.convert_i32_s global.set 2
    i32.const 3 f64.convert_i32_s global.set 3
    i32.const 0 ref.null funcref table.set 0
    i32.const 3 ref.func 7 table.set 0`;
  // 0: setup
  builder.func(
    nothing,
    `i32.const 70000 i32.const ${MARK} i32.store8 0 0 0
     i32.const 65535 i32.const ${MARK} i32.store8 1 0 0
     i32.const 11 global.set 0
     i64.const 12 global.set 1
     i32.const 5 f32.convert_i32_s global.set 2
     i32.const 6 f64.convert_i32_s global.set 3
     i32.const 2 ref.func 1 table.set 0`,
  );
  // 1: tell
  const sum = [
    "i32.const 70000 i32.load8_u 0 0 0 i64.extend_i32_u",
    "i32.const 65535 i32.load8_u 1 0 0 i64.extend_i32_u",
    "i32.const 8 i32.load8_u 0 0 0 i64.extend_i32_u",
    "global.get 0 i64.extend_i32_u",
    "global.get 1",
    "global.get 2 i64.trunc_f32_s",
    "global.get 3 i64.trunc_f64_s",
    "memory.size 0 i64.extend_i32_u",
    "memory.size 1 i64.extend_i32_u",
    "table.size 0 i64.extend_i32_u",
    ...[0, 1, 2, 3].map((at) =>
      `i32.const ${at} table.get 0 ref.is_null i64.extend_i32_u`
    ),
  ];
  builder.func(
    wide,
    `i64.const 0 ${
      sum.map((one) => `i64.const 31 i64.mul ${one} i64.add`).join(" ")
    }`,
  );
  builder.func(nothing, spoil); // 2
  builder.func(number, `${spoil} i32.const 3 memory.grow 0`); // 3
  builder.func(
    number,
    `${spoil} ref.null funcref i32.const 5 table.grow 0`,
  ); // 4
  builder.func(nothing, `${spoil} unreachable`); // 5
  builder.func(nothing, `${spoil} loop void br 0 end`); // 6
  builder.func(
    number,
    "global.get 4 i32.const 1 i32.add global.set 4 global.get 4",
  ); // 7
  [
    "setup",
    "tell",
    "spoil",
    "grow",
    "grow_table",
    "trap",
    "loop",
    "count",
  ].forEach((name, index) => builder.export(name, "function", index));
  return builder.export("memory", "memory", 0).build();
}
