import { assertEquals } from "@std/assert";
import { oneLine, quote } from "../src/quote.ts";

Deno.test("oneLine leaves nothing that steers a screen or turns a text around", () => {
  const signs = ["\n", "\u001b", "\u0085", "\u2028", "\u202e", "\u2069"];
  const marks = ["\u061c", "\u200e", "\u200f", "\ud800"];
  const unseen = ["\u200b", "\ufeff", "\u3164", "\u{e0041}", "\u{e0101}"];
  for (const one of [...signs, ...marks, ...unseen]) {
    assertEquals(oneLine(`a${one}b`, 100), "a?b");
  }
  assertEquals(oneLine("a…ö😀", 100), "a…ö😀");
});

Deno.test("quote shows what can't be seen, as JSON writes it", () => {
  const text = "a\u009b\u202e\u2028\u200b\u{e0041}\u001b\nö😀👩\u200d💻";
  const quoted = quote(text);
  assertEquals(JSON.parse(quoted), text);
  assertEquals(
    quoted,
    '"a\\u009b\\u202e\\u2028\\u200b\\udb40\\udc41\\u001b\\nö😀👩\u200d💻"',
  );
  assertEquals(quote({ toString: () => "a\nb" }), "a?b");
});
