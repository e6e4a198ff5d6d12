import { assertEquals } from "@std/assert";
import { decodeText } from "../../src/pieces/decode_text.ts";

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

Deno.test("decodeText makes of many bytes what a decoder makes of them", async () => {
  const units = ["é中😀a", "\ufeff", "a\0b", "x".repeat(1000)];
  for (const unit of units) {
    const bytes = new TextEncoder().encode(unit.repeat(200_000 / unit.length));
    const broken = bytes.slice();
    for (let at = 0; at < broken.length; at += 997) broken[at] = 0xf0;
    for (const one of [bytes, broken, broken.subarray(0, 70_001)]) {
      assertEquals(
        await decodeText(one) === DECODER.decode(one),
        true,
      );
    }
  }
  assertEquals(decodeText(new Uint8Array()), "");
});
