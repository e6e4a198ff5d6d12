import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/usage_error.ts";
import { parseVariables } from "../../src/cli/variables.ts";

Deno.test("parseVariables splits at the first =", () => {
  assertEquals(parseVariables(["A=1", "B=x=y", "C=", "D= z\n"]), {
    A: "1",
    B: "x=y",
    C: "",
    D: " z\n",
  });
  assertEquals(parseVariables([]), {});
});

Deno.test("parseVariables refuses what it would have to guess", () => {
  const wrong: [texts: string[], why: string][] = [
    [["HOME"], "the runner's own variables are not passed on"],
    [["=1"], "the name is empty"],
    [["A=1", "B=2", "A=3"], '"A" is given twice'],
  ];
  for (const [texts, why] of wrong) {
    const error = assertThrows(() => parseVariables(texts), UsageError, why);
    const start = `Cannot use --env ${JSON.stringify(texts.at(-1))}: `;
    assertEquals(error.message.slice(0, start.length), start);
  }
});
