import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import {
  type RunnerEnd,
  runRunner,
  startRunner,
  writeInput,
} from "./runner_process.ts";

const WORD_STATS = "fixtures/tools/word_stats.wasm";

function assertFailed(end: RunnerEnd, code: number, reason: string): void {
  assertEquals([end.code, end.stdout], [code, ""], end.stderr);
  assertStringIncludes(end.stderr, reason);
  assert(!/^\s+at /m.test(end.stderr), `a stack trace: ${end.stderr}`);
}

Deno.test("tool-runner schema prints what a tool says about itself", async () => {
  const { code, stdout, stderr } = await runRunner(["schema", WORD_STATS]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(JSON.parse(stdout).name, "word_stats");
});

Deno.test("tool-runner call prints the value and usage with --json", async () => {
  const args = '{"text":"to be or not to be"}';
  const end = await runRunner(["call", "--json", WORD_STATS, args]);
  assertEquals([end.code, end.stderr], [0, ""]);
  const { ok, value, usage } = JSON.parse(end.stdout);
  assertEquals([ok, value.words], [true, 6]);
  assertGreater(usage.memoryBytes, 0);
});

Deno.test("tool-runner call reads the arguments from standard input", async () => {
  const args = '{"text":"two words"}';
  const { code, stdout } = await runRunner(["call", WORD_STATS, "-"], args);
  assertEquals([code, JSON.parse(stdout).words], [0, 2]);
});

Deno.test("tool-runner inspect describes a module for a person", async () => {
  const { code, stdout, stderr } = await runRunner(["inspect", WORD_STATS]);
  assertEquals([code, stderr], [0, ""]);
  for (const part of ["sha-256", "kind      tool", "__tool_execute"]) {
    assertStringIncludes(stdout, part);
  }
});

Deno.test("tool-runner fails with the code of what went wrong and says why", async () => {
  const ends: [code: number, reason: string, args: string[]][] = [
    [2, "no/such.wasm", ["schema", "no/such.wasm"]],
    [2, "as JSON", ["call", WORD_STATS, "{text}"]],
    [121, "threads", hostile("shared_memory_wait")],
    [122, "unreachable", hostile("trap_unreachable")],
    [123, "limit is 67108864", hostile("memory_declared_large")],
    [124, "300 ms", hostile("loop_in_execute", "--max-time", "300ms")],
    [125, "1000", hostile("loop_in_execute", "--max-fuel", "1000")],
    [126, "--allow-write", hostile("loop_in_execute", "--dir-rw", ".::/w")],
  ];
  for (const [code, reason, args] of ends) {
    assertFailed(await runRunner(args), code, reason);
  }
});

Deno.test({
  name: "tool-runner ends at Ctrl-C while a guest runs",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = startRunner([
      "call",
      "fixtures/hostile/loop_in_execute.wasm",
      "-",
    ]);
    // More than a pipe holds: once it is written the runner is reading, and has
    // been listening before.
    await writeInput(child, " ".repeat(2 ** 20) + "{}");
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assertStringIncludes(new TextDecoder().decode(stderr), "Stopped by Ctrl-C");
  },
});

Deno.test("tool-runner leaves no trace when nobody reads its output", async () => {
  const child = startRunner(["call", WORD_STATS, "-"]);
  await child.stdout.cancel();
  await writeInput(child, '{"text":"unread"}');
  const stderr = await new Response(child.stderr).text();
  const { code } = await child.status;
  assertFailed({ code, stdout: "", stderr }, 141, "was closed");
});

function hostile(name: string, ...flags: string[]): string[] {
  return ["call", ...flags, `fixtures/hostile/${name}.wasm`, "{}"];
}
