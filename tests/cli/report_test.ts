import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli/run_cli.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const ECHO =
  new URL("../../fixtures/tools/echo.wasm", import.meta.url).pathname;

Deno.test("Calls are logged, and a page is made of them", async () => {
  const terminal = new FakeTerminal();
  const call = ["call", ECHO, '{"a":1}', "--log", "calls.jsonl"];
  assertEquals(await runCli(call, terminal), 0);
  assertEquals(terminal.files["calls.jsonl"]!.trim().split("\n").length, 1);
  const report = ["report", "calls.jsonl", "--title", "My calls"];
  assertEquals(await runCli(report, terminal), 0);
  assertStringIncludes(terminal.files["report.html"]!, "<h1>My calls</h1>");
  assertStringIncludes(terminal.output, "Wrote 1 calls to report.html\n");
});

Deno.test("A log that is not there is an error of the user's", async () => {
  const terminal = new FakeTerminal();
  assertEquals(await runCli(["report", "none.jsonl"], terminal), 2);
  assertStringIncludes(terminal.error, 'Cannot read log "none.jsonl"');
});

Deno.test("inspect draws a tool's label", async () => {
  const terminal = new FakeTerminal();
  const inspect = ["inspect", ECHO, "--picture", "label.svg"];
  assertEquals(await runCli(inspect, terminal), 0);
  assertStringIncludes(terminal.files["label.svg"]!, "Label of echo");
});
