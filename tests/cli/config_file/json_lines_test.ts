import { assertEquals } from "@std/assert";
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
