import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { extractLines } from "npm:@ai-sdk/provider-utils@5.0.81";
import {
  encodedText,
  linesOf,
  textDecoder,
} from "../../../../src/adapters/ai_sdk/session/session_text.ts";

const TEXTS = [
  "",
  "\n",
  "a",
  "a\nb\nc",
  "a\nb\nc\n",
  "a\r\nb\r\nc",
  "a\rb\rc\r",
  "a\r\nb\nc\rd",
  "\n\n\n",
];

Deno.test("linesOf cuts as the AI SDK's own function does", () => {
  const lines = [undefined, 0, 1, 2, 3, 4, 9];
  for (const text of TEXTS) {
    for (const startLine of lines) {
      for (const endLine of lines) {
        const range = {
          ...startLine !== undefined && { startLine },
          ...endLine !== undefined && { endLine },
        };
        const wanted = extractLines({ text, ...range });
        const found = linesOf(text, range);
        assertEquals(found, wanted, JSON.stringify([text, range]));
      }
    }
  }
});

Deno.test("linesOf makes no string for each line of a file of lines", () => {
  const text = "\n".repeat(16 * 1_048_576);
  const before = performance.now();
  assertEquals(
    linesOf(text, { startLine: 16_000_000, endLine: 16_000_001 }),
    "\n",
  );
  assertLess(performance.now() - before, 2_000);
});

Deno.test("Text goes out and comes back in both encodings", () => {
  const text = "\ufeffgr\u00fc\u00df \u{1f600}\n";
  for (const encoding of [undefined, "utf-8", "UTF8", "utf-16le"]) {
    const bytes = encodedText(text, encoding);
    assertEquals(textDecoder(encoding).decode(bytes), text);
  }
  assertEquals(textDecoder().decode(new Uint8Array([0x61, 0xff])), "a\ufffd");
  assertThrows(() => encodedText("", "latin1"), RangeError, "latin1");
  assertThrows(() => encodedText(7 as unknown as string), TypeError, "got 7");
  assertThrows(() => textDecoder("klingon"), RangeError);
});
