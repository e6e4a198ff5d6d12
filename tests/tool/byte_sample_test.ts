import { assertEquals, assertNotEquals } from "@std/assert";
import { sampleOf } from "../../src/tool/byte_sample.ts";

Deno.test("sampleOf is the same for the same bytes, and not for another end", () => {
  for (const length of [0, 1, 63, 64, 65, 4096, 1_000_003]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));
    assertEquals(sampleOf(bytes), sampleOf(bytes.slice()));
    if (length === 0) continue;
    const changed = bytes.slice();
    changed[length - 1]! ^= 1;
    assertNotEquals(sampleOf(changed), sampleOf(bytes), `${length} bytes`);
  }
});

Deno.test("sampleOf looks at few bytes of many", () => {
  const bytes = new Uint8Array(1_000_000);
  const sample = sampleOf(bytes);
  let seen = 0;
  for (let at = 0; at < 20_000; at++) {
    bytes[at] = 1;
    if (sampleOf(bytes) !== sample) seen++;
    bytes[at] = 0;
  }
  assertEquals(seen, 64);
});
