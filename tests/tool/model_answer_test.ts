import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { modelAnswer } from "../../mod.ts";
import { noRecord } from "../../src/tool/call_record.ts";
import { succeeded } from "../../src/tool/call_result.ts";
import type { JsonValue } from "../../src/tool/tool.ts";

const answer = (value: JsonValue, maxBytes = 100) =>
  modelAnswer(succeeded(value, noRecord()), { maxBytes });

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("modelAnswer shows short answers whole", async () => {
  const values: JsonValue[] = [
    ...[null, true, 1.5, [], {}, [1, "a", [null]], { a: { b: "ü\n" }, "": [] }],
  ];
  for (const value of values) {
    assertEquals(await answer(value), {
      text: JSON.stringify(value),
      isError: false,
      bytesLeftOut: 0,
    });
  }
  assertEquals((await answer("as it is\n")).text, "as it is\n");
});

Deno.test("modelAnswer cuts long answers to head and tail", async () => {
  const cut = await answer("a".repeat(500) + "b".repeat(500));
  assertEquals(cut.bytesLeftOut, 900);
  assertEquals(
    cut.text,
    `${"a".repeat(67)}\n[... 900 bytes left out ...]\n${"b".repeat(33)}`,
  );
});

Deno.test("modelAnswer never cuts a character, and counts all bytes", async () => {
  for (
    const text of ["é".repeat(300), "😀".repeat(300), "a" + "€".repeat(300)]
  ) {
    for (const maxBytes of [64, 65, 66, 67]) {
      const cut = await answer(text, maxBytes);
      const [head, tail] = cut.text.split(
        /\n\[\.\.\. \d+ bytes left out \.\.\.\]\n/,
      );
      assert(text.startsWith(head!) && text.endsWith(tail!), cut.text);
      assertEquals(bytes(head!) + bytes(tail!) + cut.bytesLeftOut, bytes(text));
      assertLess(bytes(head!) + bytes(tail!), maxBytes + 1);
    }
  }
});

Deno.test("modelAnswer writes what JSON.stringify writes, whatever the limit", async () => {
  const value = Array.from({ length: 3_000 }, (_, at) => ({
    at,
    text: '\u0000"\\é😀'.repeat(at % 5),
  }));
  const whole = JSON.stringify(value);
  const all = await answer(value, 1_000_000);
  assertEquals(all.text, whole);
  const cut = await answer(value, 10_000);
  const tail = cut.text.slice(cut.text.lastIndexOf("...]\n") + 5);
  assert(whole.endsWith(tail) && tail.length > 1_000);
});

Deno.test("modelAnswer leaves others their turns while it reads a large answer", async () => {
  const value = Array.from({ length: 500_000 }, (_, at) => at);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const { bytesLeftOut } = await answer(value);
  clearInterval(timer);
  assertEquals(bytesLeftOut > 3_000_000, true);
  assert(turns > 3, `${turns}`);
});

Deno.test("modelAnswer refuses limits that show nothing", async () => {
  await assertRejects(() => answer("", 10), RangeError, "maxBytes");
});
