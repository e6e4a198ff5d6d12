import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli/run_cli.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const FIXTURES = new URL("../../fixtures/wasi/", import.meta.url);
const STATISTICS = new URL("statistics.wasm", FIXTURES).href;
/** Copies JSON through, and has no schema beside it. */
const CAT = new URL("cat.wasm", FIXTURES).href;
const SCHEMA = '{"name":"copy","parameters":{"type":"object"}}';

async function run(args: string[], files: Record<string, string> = {}) {
  const terminal = new FakeTerminal();
  terminal.files = files;
  const code = await runCli(args, terminal);
  return { code, output: terminal.output, error: terminal.error };
}

Deno.test("runCli call takes the schema that stands beside a program", async () => {
  const { output } = await run(["schema", STATISTICS]);
  assertEquals(JSON.parse(output).name, "statistics");
  const called = await run(["call", STATISTICS, '{"numbers":[1,2,6]}']);
  assertEquals([called.code, called.error], [0, ""]);
  assertEquals(JSON.parse(called.output).mean, 3);
});

Deno.test("runCli call takes the schema in the file that --schema names", async () => {
  const files = { "copy.json": SCHEMA };
  const flags = ["--schema", "copy.json", CAT];
  const { output } = await run(["schema", ...flags], files);
  assertEquals(JSON.parse(output).name, "copy");
  const called = await run(["call", ...flags, '{"a":1}'], files);
  assertEquals([called.code, called.output], [0, '{"a":1}\n']);
});

Deno.test("runCli call names a schema that is missing or can't be used", async () => {
  const files = {
    "text.json": "no JSON",
    "list.json": "7",
    "empty.json": "{}",
  };
  const wrong: [code: number, why: string, flags: string[]][] = [
    [2, 'Cannot read schema "gone.json"', ["--schema", "gone.json"]],
    [2, 'Cannot read schema "text.json" as JSON', ["--schema", "text.json"]],
    [2, 'schema "list.json": it is not an object', ["--schema", "list.json"]],
    [122, "name is not a name", ["--schema", "empty.json"]],
    [122, "program without a schema", []],
  ];
  for (const [code, why, flags] of wrong) {
    const end = await run(["call", ...flags, CAT, "{}"], files);
    assertEquals([end.code, end.output], [code, ""]);
    assertStringIncludes(end.error, why);
  }
});
