import { assert, assertEquals, assertRejects } from "@std/assert";
import { collectBytes, copyBytes } from "../../src/pieces/collect_bytes.ts";

const bytes = (length: number) =>
  Uint8Array.from({ length }, (_, index) => index * 7);

function pieces(whole: Uint8Array, ...ends: number[]): Uint8Array[] {
  let start = 0;
  return [...ends, whole.length].map((end) =>
    whole.subarray(start, start = end)
  );
}

Deno.test("collectBytes puts pieces together, whatever was expected", async () => {
  const whole = bytes(2_000_000);
  const parts = pieces(whole, 0, 1, 400_000, 400_001, 1_999_999);
  for (const expected of [0, 1, 1_000_000, 2_000_000, 3_000_000]) {
    const collected = await collectBytes(parts, expected);
    assertEquals(collected, whole, `${expected}`);
    assertEquals(collected.buffer.byteLength, whole.length);
  }
  assertEquals(await collectBytes([]), new Uint8Array());
});

Deno.test("collectBytes asks before each piece whether there may be so many", async () => {
  const seen: number[] = [];
  const check = (length: number) => {
    seen.push(length);
    if (length > 5) throw new RangeError("too many");
  };
  const parts = pieces(bytes(10), 2, 4, 7);
  await assertRejects(() => collectBytes(parts, 0, check), RangeError);
  assertEquals(seen, [2, 4, 7]);
});

Deno.test("copyBytes makes a copy of its own, and lets the event loop go on", async () => {
  const source = bytes(30_000_000);
  let rounds = 0;
  const timer = setInterval(() => rounds++, 0);
  const copy = await copyBytes(source.subarray(1));
  clearInterval(timer);
  assert(rounds > 1, `${rounds}`);
  assertEquals(copy.length, source.length - 1);
  source[1] = 99;
  assertEquals(copy[0], 7);
});
