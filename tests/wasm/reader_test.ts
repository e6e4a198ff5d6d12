import { assertEquals, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../src/errors.ts";
import { Reader } from "../../src/wasm/reader.ts";

const reader = (...bytes: number[]) => new Reader(Uint8Array.from(bytes));

function refuses(run: () => unknown, message: string): void {
  assertThrows(run, CompilationFailed, message);
}

Deno.test("Reader.u32 reads numbers of one to five bytes", () => {
  assertEquals(reader(0x7f).u32("n"), 127);
  assertEquals(reader(0x80, 0x01).u32("n"), 128);
  assertEquals(reader(0xff, 0xff, 0xff, 0xff, 0x0f).u32("n"), 0xffffffff);
  assertEquals(reader(0x80, 0x80, 0x80, 0x80, 0x00).u32("n"), 0);
});

Deno.test("Reader.u32 refuses what does not fit, with the offset", () => {
  const long = reader(0, 0xff, 0xff, 0xff, 0xff, 0x10);
  long.pos = 1;
  refuses(() => long.u32("size"), "size does not fit 32 bits (at offset 0x1)");
  refuses(() => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0).u32("n"), "32 bits");
});

Deno.test("Reader refuses to read past its end", () => {
  refuses(() => reader().u8("tag"), "tag is cut off (at offset 0x0)");
  refuses(() => reader(0x80).u32("n"), "n is cut off (at offset 0x1)");
  refuses(() => reader(1, 2).skip(3, "data"), "data is cut off");
  refuses(() => new Reader(Uint8Array.of(1, 2), 0, 1).skip(2, "x"), "cut off");
});

Deno.test("Reader.s33 reads signed numbers", () => {
  assertEquals(reader(0x70).s33("n"), -16);
  assertEquals(reader(0x3f).s33("n"), 63);
  assertEquals(reader(0xff, 0xff, 0xff, 0xff, 0x0f).s33("n"), 0xffffffff);
});

Deno.test("Reader.u64 reads up to 64 bits", () => {
  const most = Array(9).fill(0xff);
  assertEquals(reader(...most, 0x01).u64("n"), 2 ** 64);
  refuses(() => reader(...most, 0x02).u64("n"), "64 bits");
});

Deno.test("Reader.count refuses counts that can't be, unallocated", () => {
  refuses(() => reader(5, 0, 0).count("types", 10), "5 types do not fit");
  refuses(() => reader(5, 0, 0).count("types", 4), "5 types, limit is 4");
});

Deno.test("Reader.name refuses bytes that are not UTF-8", () => {
  assertEquals(reader(2, 0xc3, 0xa4).name("name"), "ä");
  refuses(() => reader(1, 0xff).name("name"), "name is not UTF-8");
  refuses(() => reader(3, 0xed, 0xa0, 0x80).name("name"), "not UTF-8");
});
