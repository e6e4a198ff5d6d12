import { assert, assertEquals } from "@std/assert";
import { JsonLines } from "../../../src/cli/config_file/json_lines.ts";

const TEXT = `{
  "a": [1,
    "x\\"}{,:",
    { "b\\u0063": null }
  ], "d": {},
  "e": { "a":
    [[], [
      true]] }
}`;

Deno.test("JsonLines knows where each member stands", () => {
  const lines = new JsonLines(TEXT);
  for (
    const [path, line] of [
      [[], 1],
      [["a"], 2],
      [["a", 0], 2],
      [["a", 1], 3],
      [["a", 2], 4],
      [["a", 2, "bc"], 4],
      [["d"], 5],
      [["e", "a"], 6],
      [["e", "a", 1], 7],
      [["e", "a", 1, 0], 8],
      // What is not there stands where it would be.
      [["e", "a", 1, 5], 7],
      [["d", "x", "y"], 5],
      [["z"], 1],
    ] as const
  ) assertEquals(lines.of(path), line, JSON.stringify(path));
});

Deno.test("JsonLines reads a document of any depth in a moment", () => {
  const depth = 100_000;
  const text = `${'{"a":['.repeat(depth)}${"]}".repeat(depth)}`;
  const began = performance.now();
  const lines = new JsonLines(text);
  const path = Array.from({ length: 2 * depth - 1 }, (_, i) => i % 2 ? 0 : "a");
  assertEquals([lines.of(path), lines.has(path)], [1, true]);
  assertEquals(lines.has([...path, 0]), false);
  assert(performance.now() - began < 10_000);
});
