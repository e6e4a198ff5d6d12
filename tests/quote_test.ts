import { assertEquals } from "@std/assert";
import { oneLine } from "../src/quote.ts";

Deno.test("oneLine leaves nothing that steers a screen or turns a text around", () => {
  const signs = ["\n", "\u001b", "\u0085", "\u2028", "\u202e", "\u2069"];
  const marks = ["\u061c", "\u200e", "\u200f", "\ud800"];
  for (const one of [...signs, ...marks]) {
    assertEquals(oneLine(`a${one}b`, 100), "a?b");
  }
  assertEquals(oneLine("a…ö😀", 100), "a…ö😀");
});
