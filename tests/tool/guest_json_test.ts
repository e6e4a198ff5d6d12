import { assertEquals, assertRejects } from "@std/assert";
import { ExecutionFailed } from "../../src/errors.ts";
import { parseGuestJson } from "../../src/tool/guest_json.ts";

const parse = async (text: string) =>
  await parseGuestJson("guest", new TextEncoder().encode(text));

Deno.test("parseGuestJson reads JSON", async () => {
  assertEquals(await parse('{"a":[1,"x",null,true]}'), {
    a: [1, "x", null, true],
  });
  assertEquals(await parse('"é"'), "é");
});

Deno.test("parseGuestJson refuses what is no JSON or not UTF-8", async () => {
  for (const text of ["", "{", "undefined", "\ufeff1", "[1,]", "1 2"]) {
    await assertRejects(() => parse(text), ExecutionFailed, "not JSON");
  }
  for (const bytes of [[0xff], [0xc3], [0x22, 0xed, 0xa0, 0x80, 0x22]]) {
    await assertRejects(
      async () => await parseGuestJson("guest", new Uint8Array(bytes)),
      ExecutionFailed,
      "guest answered with bytes that are not UTF-8",
    );
  }
});

Deno.test("parseGuestJson refuses nesting beyond 512 levels, outside strings only", async () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(Array.isArray(await parse(nested(512))), true);
  await assertRejects(
    () => parse(nested(513)),
    ExecutionFailed,
    "deeper than 512",
  );
  await assertRejects(
    () => parse('{"a":'.repeat(600) + "1" + "}".repeat(600)),
    ExecutionFailed,
    "deeper than 512",
  );
  const brackets = "[".repeat(2000);
  assertEquals(await parse(JSON.stringify(brackets)), brackets);
  const tricky = `\\"${brackets}\\\\`;
  assertEquals(await parse(JSON.stringify([tricky, tricky])), [tricky, tricky]);
  const wide = JSON.stringify(Array.from({ length: 2000 }, () => []));
  assertEquals((await parse(wide) as unknown[]).length, 2000);
});

Deno.test("parseGuestJson reads __proto__ as a name like any other", async () => {
  const value = await parse('{"__proto__":{"x":1}}') as Record<string, unknown>;
  assertEquals(Object.keys(value), ["__proto__"]);
  assertEquals(value["x"], undefined);
});
