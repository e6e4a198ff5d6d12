import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli/run_cli.ts";
import { FakeTerminal } from "./fake_terminal.ts";
import project from "../../deno.json" with { type: "json" };

const ECHO = new URL("../../fixtures/tools/echo.wasm", import.meta.url).href;

async function run(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCli(args, terminal);
  return { code, terminal };
}

Deno.test("runCli prints help on standard output when it is asked for", async () => {
  const { code, terminal } = await run("--help");
  assertEquals([code, terminal.error], [0, ""]);
  assertStringIncludes(terminal.output, "A first answer:");
});

Deno.test("runCli prints help and fails without arguments", async () => {
  const { code, terminal } = await run();
  assertEquals([code, terminal.output], [2, ""]);
  assertStringIncludes(terminal.error, "A first answer:");
  assertStringIncludes(terminal.error, "UsageError: No verb given");
});

Deno.test("runCli prints the version of the package", async () => {
  const { code, terminal } = await run("--version");
  assertEquals([code, terminal.output], [0, `${project.version}\n`]);
});

Deno.test("runCli names a fixture that exists in its first example", async () => {
  const { terminal } = await run("--help");
  const [, path, args] =
    /call (fixtures\/\S+\.wasm) '(.+)'/.exec(terminal.output) ?? [];
  assert(path !== undefined && args !== undefined);
  const url = new URL(`../../${path}`, import.meta.url).href;
  const { code, terminal: called } = await run("call", url, args);
  assertEquals([code, called.error], [0, ""]);
});

Deno.test("runCli prints usage errors as JSON too", async () => {
  const { code, terminal } = await run("call", "--json", "--frob");
  assertEquals(code, 2);
  assertEquals(JSON.parse(terminal.output).error.kind, "UsageError");
  assertStringIncludes(terminal.error, "--frob");
});

Deno.test("runCli reads the arguments from standard input", async () => {
  const terminal = new FakeTerminal();
  terminal.input = new TextEncoder().encode(' {"text":"hi"}\n');
  const code = await runCli(["call", ECHO, "-"], terminal);
  assertEquals([code, terminal.output], [0, '{"text":"hi"}\n']);
});

Deno.test("runCli refuses standard input that is not UTF-8 or not JSON", async () => {
  for (const bytes of [[0x22, 0xff, 0x22], [0x7b], []]) {
    const terminal = new FakeTerminal();
    terminal.input = Uint8Array.from(bytes);
    assertEquals(await runCli(["call", ECHO, "-"], terminal), 2);
    assertStringIncludes(terminal.error, "Cannot read standard input");
  }
});

Deno.test("runCli calls a tool with what does not fit only with --unchecked", async () => {
  const stats = new URL("word_stats.wasm", ECHO).href;
  const { code, terminal } = await run("call", stats, '{"bogus":1}');
  assertEquals([code, terminal.output], [2, ""]);
  assertStringIncludes(terminal.error, 'Argument "bogus" is unknown');
  const all = await run("call", stats, "--unchecked", '{"bogus":1}');
  assertEquals(all.code, 0);
  assertStringIncludes(all.terminal.output, "text must be a string");
  const valued = await run("call", stats, "--unchecked=no", "{}");
  assertEquals(valued.code, 2);
});

Deno.test("runCli ends at Ctrl-C, whatever it waits for", async () => {
  const terminal = new FakeTerminal();
  terminal.input = Promise.withResolvers<Uint8Array>().promise;
  const running = runCli(["call", "--json", ECHO, "-"], terminal);
  terminal.interrupt();
  assertEquals(await running, 130);
  assertEquals(JSON.parse(terminal.output).error.kind, "Interrupted");
  assertEquals(terminal.isListening, false);
});

Deno.test("runCli says that standard output was closed", async () => {
  const terminal = new FakeTerminal();
  terminal.isOutputClosed = true;
  assertEquals(await runCli(["schema", ECHO], terminal), 141);
  assertEquals(
    terminal.error,
    "OutputClosed: Cannot write to standard output: it was closed\n",
  );
});

Deno.test("runCli names the module that can't be read", async () => {
  for (const verb of ["schema", "inspect"]) {
    const { code, terminal } = await run(verb, "no/such/\u001btool.wasm");
    assertEquals(code, 2);
    const start = 'UsageError: Cannot read module "no/such/\\u001btool.wasm": ';
    assertEquals(terminal.error.slice(0, start.length), start);
  }
});
