import { assertEquals } from "@std/assert";
import { Reader } from "../../src/wasm/reader.ts";
import { Writer } from "../../src/wasm/writer.ts";

Deno.test("Writer.u32 writes what Reader reads", () => {
  for (const value of [0, 1, 127, 128, 16383, 16384, 2 ** 31, 2 ** 32 - 1]) {
    const reader = new Reader(new Writer().u32(value).finish());
    assertEquals(reader.u32("n"), value);
    assertEquals(reader.done, true);
  }
  const large = new Writer().u32(2 ** 50 + 3).finish();
  assertEquals(new Reader(large).u64("n"), 2 ** 50 + 3);
});

Deno.test("Writer.signed writes what Reader.s33 reads", () => {
  for (const value of [0, 63, 64, -64, -65, 8191, -8192, -(2 ** 32), 2 ** 31]) {
    const reader = new Reader(new Writer().signed(value).finish());
    assertEquals(reader.s33("n"), value);
    assertEquals(reader.done, true);
  }
});

Deno.test("Writer.copy copies short and long ranges and grows", () => {
  const source = Uint8Array.from({ length: 1000 }, (_, i) => i);
  const writer = new Writer(1).copy(source, 10, 20).copy(source, 100, 900);
  assertEquals(
    writer.finish(),
    Uint8Array.from([...source.slice(10, 20), ...source.slice(100, 900)]),
  );
});

Deno.test("Writer.fillSize fills in what was written since", () => {
  const writer = new Writer().byte(9);
  const slot = writer.sizeSlot();
  assertEquals(writer.bytes(new Uint8Array(300)).fillSize(slot), 300);
  const reader = new Reader(writer.finish());
  reader.skip(1, "first");
  assertEquals(reader.u32("size"), 300);
});

Deno.test("Writer.truncate forgets what was written", () => {
  const writer = new Writer().bytes([1, 2, 3]);
  writer.truncate(1);
  assertEquals(writer.byte(7).finish(), Uint8Array.of(1, 7));
});

Deno.test("Writer.prepend puts before what was written, with or without room", () => {
  for (const headroom of [0, 2, 3, 100]) {
    const writer = new Writer(4, headroom).bytes([1, 2]);
    const slot = writer.sizeSlot();
    writer.byte(9);
    writer.fillSize(slot);
    writer.prepend(new Writer().bytes([7, 8, 9])).byte(5);
    assertEquals(
      [...writer.finish()],
      [7, 8, 9, 1, 2, 0x81, 0x80, 0x80, 0x80, 0x00, 9, 5],
    );
    assertEquals(writer.length, writer.view().length);
  }
});
