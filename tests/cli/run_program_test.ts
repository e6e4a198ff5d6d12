import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import { runCli } from "../../src/cli/run_cli.ts";
import { FakeTerminal } from "./fake_terminal.ts";

function program(name: string): string {
  return new URL(`../../fixtures/wasi/${name}.wasm`, import.meta.url).href;
}

async function run(args: string[], terminal = new FakeTerminal()) {
  const code = await runCli(["run", ...args], terminal);
  return { code, output: terminal.output, error: terminal.error };
}

Deno.test("runCli run passes output and the exit code on", async () => {
  assertEquals(await run([program("exit"), "7"]), {
    code: 7,
    output: "ending by 7\n",
    error: "last words\n",
  });
});

Deno.test("runCli run gives the guest its arguments untouched, and its name", async () => {
  const args = ["--json", "--help", "", "--", "-V"];
  const { output } = await run([program("environment"), "--", ...args]);
  const shown = output.split("\n").filter((line) => /^argument/.test(line));
  assertEquals(
    shown,
    ["environment.wasm", ...args].map((arg, i) => `argument ${i}=${arg}`),
  );
});

Deno.test("runCli run shows the guest the variables it was given alone", async () => {
  const { output } = await run(["--env", "A=1", program("environment")]);
  const shown = output.split("\n").filter((line) => /^variable/.test(line));
  assertEquals(shown, ["variable A=1"]);
});

Deno.test("runCli run passes standard input through as it comes", async () => {
  const terminal = new FakeTerminal();
  terminal.pieces = ["one ", "two"].map((text) =>
    new TextEncoder().encode(text)
  );
  const { code, output } = await run([program("cat")], terminal);
  assertEquals([code, output], [0, "one two"]);
});

Deno.test("runCli run prints one object at the end with --json", async () => {
  const { code, output, error } = await run(["--json", program("exit"), "3"]);
  const { usage, ...rest } = JSON.parse(output);
  assertEquals(rest, {
    ok: true,
    exitCode: 3,
    stdout: "ending by 3\n",
    stderr: "last words\n",
    isOutputCut: false,
    denied: [],
  });
  assertEquals([code, error], [3, ""]);
  assertGreater(usage.memoryBytes, 0);
});

Deno.test("runCli run tells what a program said before it failed", async () => {
  const plain = await run([program("exit"), "trap"]);
  assertEquals(plain.code, 122);
  assertStringIncludes(plain.error, "last words\nExecutionFailed: ");
  const asJson = await run(["--json", program("exit"), "trap"]);
  const { ok, error, stderr } = JSON.parse(asJson.output);
  assertEquals([ok, error.kind, stderr], [
    false,
    "ExecutionFailed",
    "last words\n",
  ]);
});

Deno.test("runCli run ends with the code of the limit that was met", async () => {
  const limits: [code: number, args: string[]][] = [
    [2, ["--env", "HOME", program("environment")]],
    [122, [new URL("../tools/echo.wasm", program("x")).href]],
    [124, ["--max-time", "300ms", program("sleep"), "3600000"]],
    [125, ["--max-fuel", "100", program("limits"), "spin"]],
  ];
  for (const [code, args] of limits) {
    const end = await run(args);
    assertEquals([end.code, end.output], [code, ""], end.error);
    assert(end.error.length > 10);
  }
});

Deno.test("runCli run ends at Ctrl-C while a program waits for input", async () => {
  const terminal = new FakeTerminal();
  const asked = Promise.withResolvers<void>();
  terminal.pieces = (async function* () {
    asked.resolve();
    yield await new Promise<Uint8Array>(() => {});
  })();
  const running = run([program("cat")], terminal);
  await asked.promise;
  terminal.interrupt();
  const { code, error } = await running;
  assertEquals([code, error], [130, "Interrupted: Stopped by Ctrl-C\n"]);
});

Deno.test("runCli run stops a program whose output nobody reads", async () => {
  const terminal = new FakeTerminal();
  terminal.isOutputClosed = true;
  const { code, error } = await run([program("limits"), "flood"], terminal);
  assertEquals(code, 141);
  assertStringIncludes(error, "OutputClosed: ");
});
