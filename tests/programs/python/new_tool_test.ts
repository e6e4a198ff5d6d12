import { assertEquals } from "@std/assert";
import { python } from "../../../src/cli/new_tool/python_files.ts";
import { VERSION } from "../../../src/cli/version.ts";
import { readNewTool } from "./new_tool.ts";

// The interpreter has 150 MB: `deno task python` runs the tool and records it.
Deno.test("The new Python tool is the one that was run, which passed its test and answered", () => {
  const { interpreter, files, test, answer } = readNewTool();
  const made = Object.entries(python("greet_py"))
    .map(([name, text]) => [name, text.replaceAll(VERSION, "VERSION")]);
  assertEquals(Object.fromEntries(made), files);
  assertEquals(test, "1 passed | 0 failed");
  assertEquals(answer, '{"hello":"you"}');
  assertEquals(/^[0-9a-f]{64}$/.test(interpreter), true);
});
