import { assertEquals } from "@std/assert";
import {
  isQuick,
  isQuicklyRestored,
} from "../../../src/prepare/limits/quick_module.ts";
import { ModuleBuilder } from "../module_builder.ts";

function echo(): ModuleBuilder {
  const builder = new ModuleBuilder();
  return builder.func(builder.type(["i32"], ["i32"]), "local.get 0", ["i64"]);
}

Deno.test("isQuick takes what is small for what it is", () => {
  assertEquals(isQuick(echo().build()), true);
  // It is refused at once, wherever that is done.
  assertEquals(isQuick(new Uint8Array(100)), true);
  const fixture = new URL(
    "../../../fixtures/tools/word_stats.wasm",
    import.meta.url,
  );
  assertEquals(isQuick(Deno.readFileSync(fixture)), true);
});

Deno.test("isQuick refuses what says much in few bytes", () => {
  const long = echo().custom("noise", new Uint8Array(9000));
  assertEquals(isQuick(long.build()), false);
  const wide = new ModuleBuilder();
  wide.type(new Array(17).fill("i32"));
  assertEquals(isQuick(wide.build()), false);
  const spaces = echo().memory(1).memory(1).memory(1);
  assertEquals(isQuick(spaces.build()), false);
  const segments = echo().memory(1);
  for (let i = 0; i < 33; i++) segments.data([1]);
  assertEquals(isQuick(segments.build()), false);
  for (const locals of [[0xff, 0x01], [0x81, 0x02], [0xcf, 0x86, 0x03]]) {
    const many = new ModuleBuilder();
    many.rawFunc(many.type([]), [1, ...locals, 0x7f, 0x0b]);
    assertEquals(isQuick(many.build()), locals[1]! < 2, `${locals}`);
  }
});

Deno.test("isQuicklyRestored looks at all but code, data and custom sections", () => {
  const noise = new Uint8Array(1_000_000);
  const large = echo().memory(1).data(noise).custom("noise", noise);
  large.rawFunc(0, [0, ...noise.fill(1), 0x0b]);
  assertEquals(isQuicklyRestored(large.build()), true);
  assertEquals(isQuicklyRestored(noise), false);
  const segments = echo().memory(1);
  for (let i = 0; i < 50_001; i++) segments.data([1]);
  assertEquals(isQuicklyRestored(segments.build()), false);
  const exports = echo();
  for (let i = 0; i < 20_000; i++) exports.export(`${i}`, "function", 0);
  assertEquals(isQuicklyRestored(exports.build()), false);
  const sections = echo();
  for (let i = 0; i < 300; i++) sections.custom("", new Uint8Array());
  assertEquals(isQuicklyRestored(sections.build()), false);
});
