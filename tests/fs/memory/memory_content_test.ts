import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MemoryContent } from "../../../src/fs/memory/memory_content.ts";
import { randomNumbers } from "../../imports/wasi/guest.ts";

/** The same operations on plain bytes. */
class Plain {
  bytes: Uint8Array = new Uint8Array(0);

  setSize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }

  write(from: Uint8Array, position: number): void {
    this.setSize(Math.max(this.bytes.length, position + from.length));
    this.bytes.set(from, position);
  }
}

describe("MemoryContent", () => {
  it("holds what plain bytes would, across its blocks", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomNumbers(seed);
      const given = new Uint8Array(random(200_000)).fill(7);
      const copy = given.slice();
      const [content, plain] = [new MemoryContent(given), new Plain()];
      plain.write(given, 0);
      for (let i = 0; i < 60; i++) {
        const position = random(250_000);
        if (random(4) === 0) {
          content.setSize(position);
          plain.setSize(position);
        } else {
          const from = new Uint8Array(random(3) === 0 ? random(150_000) : 5);
          from.fill(random(256));
          content.write(from, position);
          plain.write(from, position);
        }
        const into = new Uint8Array(random(100_000)).fill(99);
        const at = random(300_000);
        const expected = plain.bytes.subarray(at, at + into.length);
        assertEquals(content.size, plain.bytes.length);
        assertEquals(content.read(into, at), expected.length);
        assertEquals(into.subarray(0, expected.length), expected);
      }
      assertEquals(content.copy(), plain.bytes);
      assertEquals(given, copy);
    }
  });
});
