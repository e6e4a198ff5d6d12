import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli/run_cli.ts";
import { SDK_C, SDK_GO, SDK_RUST } from "../../src/cli/new_tool/sdk_text.ts";
import { FakeTerminal } from "./fake_terminal.ts";

Deno.test("new writes a tool of each language, with its test and README", async () => {
  const sources = {
    js: "js",
    ts: "ts",
    py: "py",
    rust: "rs",
    c: "c",
    go: "go",
  };
  for (const [language, ending] of Object.entries(sources)) {
    const terminal = new FakeTerminal();
    assertEquals(await runCli(["new", "greet", `--${language}`], terminal), 0);
    for (
      const file of [
        `greet.${ending}`,
        "greet_test.ts",
        "deno.json",
        "README.md",
      ]
    ) assertEquals(`greet/${file}` in terminal.files, true, file);
    const settings = JSON.parse(terminal.files["greet/deno.json"]!);
    assertEquals(Object.keys(settings.tasks).includes("test"), true);
    assertStringIncludes(terminal.output, "cd greet");
  }
});

Deno.test("new writes over nothing", async () => {
  const terminal = new FakeTerminal();
  terminal.folders.add("greet");
  assertEquals(await runCli(["new", "greet", "--js"], terminal), 2);
  assertStringIncludes(terminal.error, 'Cannot write "greet"');
  assertEquals(terminal.files, {});
});

Deno.test("new refuses names that lead elsewhere or no compiler takes, and needs one language", async () => {
  for (
    const name of [
      "../x",
      "/x",
      "a/b",
      "A",
      "a-b",
      "a__b",
      "struct",
      "a".repeat(65),
      'a"',
    ]
  ) {
    const terminal = new FakeTerminal();
    assertEquals(await runCli(["new", name, "--js"], terminal), 2, name);
    assertEquals([terminal.files, terminal.folders.size], [{}, 0]);
  }
  for (const flags of [[], ["--js", "--ts"], ["--js=1"]]) {
    const terminal = new FakeTerminal();
    assertEquals(await runCli(["new", "greet", ...flags], terminal), 2);
    assertEquals(terminal.files, {});
  }
});

Deno.test("The runner carries the SDK as it is in the fixtures", async () => {
  const files = {
    "cortex_tool.h": SDK_C,
    "cortex_tool.rs": SDK_RUST,
    "cortex_tool.go": SDK_GO,
  };
  for (const [file, text] of Object.entries(files)) {
    const url = new URL(`../../fixtures/sdk/${file}`, import.meta.url);
    const isSame = await Deno.readTextFile(url) === text;
    assertEquals(isSame, true, `Run deno task bless: ${file} is another`);
  }
});
