import { assert, assertEquals, assertThrows } from "@std/assert";
import { hasAtMost } from "../../src/pieces/json_structure.ts";
import { UnusableJson } from "../../src/pieces/json_text.ts";

/** The least that a text has at most. */
function structureOf(text: string): number {
  let most = 0;
  while (!hasAtMost(most, text)) most++;
  return most;
}

Deno.test("hasAtMost counts what is outside strings, and escapes", () => {
  assertEquals(structureOf(""), 0);
  assertEquals(structureOf("12 "), 3);
  assertEquals(structureOf('"abc"'), 1);
  assertEquals(structureOf('{"a":"b","c":[1]}'), 11);
  assertEquals(structureOf('"a\\"b"'), 2);
  assertEquals(structureOf('"\\\\"1'), 3);
  assertEquals(structureOf('"a\\\\\\"[" ]'), 5);
});

Deno.test("hasAtMost takes a string without its end to the end of the text", () => {
  for (const text of ['"abc', '"', '"\\', '"\\"', '"abc\\"[[[[']) {
    assert(structureOf(text) <= 2, text);
  }
});

Deno.test("hasAtMost refuses brackets that nest too deep, but not in strings", () => {
  const open = "[".repeat(513);
  assertThrows(() => hasAtMost(Infinity, open), UnusableJson, "512 levels");
  assert(hasAtMost(Infinity, `"${open}"`));
  assert(hasAtMost(Infinity, `"\\"${open}"`));
  assert(hasAtMost(Infinity, "[]".repeat(1_000)));
  assertThrows(() => hasAtMost(Infinity, `"\\\\"${open}`), UnusableJson);
});

Deno.test("hasAtMost reads escapes and quotes only once", () => {
  // Each of these takes hours when every step searches to the end.
  const most = 4_000_000;
  assert(hasAtMost(most, `"${"\\n".repeat(1_000_000)}"`));
  assert(hasAtMost(most, '""'.repeat(1_000_000)));
  assert(hasAtMost(most, '"\\""'.repeat(1_000_000)));
  assert(hasAtMost(most, `${'""'.repeat(1_000_000)}"\\\\"`));
});
