import { assertEquals } from "@std/assert";
import {
  filledText,
  namesIn,
  placesIn,
} from "../../../src/network/secrets/placeholders.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("placesIn finds what stands between two pairs of braces, and nothing else", () => {
  const cases: readonly [body: string, ...names: string[]][] = [
    ["{{KEY}}", "KEY"],
    ["a{{KEY}}b{{_K2}}", "KEY", "_K2"],
    ["{{{KEY}}}", "KEY"],
    ["{{{{KEY}}}}", "KEY"],
    ["{{KEY}{{KEY}}", "KEY"],
    ["{{A{{B}}", "B"],
    ["{ {KEY}} {{KEY} } {{KE Y}} {{KEY"],
    ["{{"],
    ["{"],
    [""],
    [`{{${"x".repeat(65)}}}`],
    [`{{${"x".repeat(64)}}}`, "x".repeat(64)],
  ];
  for (const [body, ...names] of cases) {
    const places = [...placesIn(encode(body))];
    assertEquals(places.map(({ name }) => name), names, body);
    for (const { name, start, end } of places) {
      assertEquals(body.slice(start, end), `{{${name}}}`);
    }
  }
});

Deno.test("Texts have placeholders as they are, and as URLs spell them", () => {
  const text = "k={{KEY}}&e=%7B%7bKEY%7d%7D&n={{NONE}}";
  assertEquals(namesIn(text), ["KEY", "KEY", "NONE"]);
  const value = (name: string) => name === "KEY" ? "$&v" : undefined;
  assertEquals(filledText(text, value), "k=$&v&e=$&v&n={{NONE}}");
});
