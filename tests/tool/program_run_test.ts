import {
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import process from "node:process";
import {
  ExecutionFailed,
  type RunOptions,
  TimeoutExceeded,
} from "../../mod.ts";
import { Programs } from "./programs.ts";

function lines(text: string, start: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(start));
}

Deno.test("ToolSandbox.run gives a program its name, arguments and variables, and no others", async () => {
  await using programs = new Programs();
  const args = ["", "two words", "-x", "日本"];
  const env = { A: "1", EMPTY: "", "odd name": "x=y\nz" };
  const named = { name: "sort", args, env };
  const { stdout } = await programs.run("wasi/environment", named);
  assertEquals(
    lines(stdout, "argument"),
    ["sort", ...args].map((arg, i) => `argument ${i}=${arg}`),
  );
  assertStringIncludes(stdout, "variable A=1\nvariable EMPTY=\n");
  assertStringIncludes(stdout, "variable odd name=x=y\nz\n");
  const bare = await programs.run("wasi/environment");
  assertEquals(lines(bare.stdout, "argument"), ["argument 0=program"]);
  assertEquals(lines(bare.stdout, "variable"), []);
});

Deno.test("ToolSandbox.run answers the exit code, also of a program that returns", async () => {
  await using programs = new Programs();
  const codes: [arg: string, exitCode: number][] = [
    ["return", 0],
    ["0", 0],
    ["7", 7],
    ["255", 255],
    ["-1", 4_294_967_295],
  ];
  for (const [arg, exitCode] of codes) {
    const result = await programs.run("wasi/exit", { args: [arg] });
    assertEquals(result.exitCode, exitCode);
    assertEquals(result.stdout, `ending by ${arg}\n`);
    assertEquals([result.isOutputCut, result.files], [false, {}]);
    assertGreater(result.usage.memoryBytes, 0);
  }
});

Deno.test("ToolSandbox.run rejects when a program aborts or traps", async () => {
  await using programs = new Programs();
  for (const way of ["abort", "trap"]) {
    const error = await assertRejects(
      () => programs.run("wasi/exit", { args: [way] }),
      ExecutionFailed,
      "unreachable",
    );
    assertEquals(error.kind, "ExecutionFailed");
    await programs.assertReusable();
  }
});

Deno.test("ToolSandbox.run takes files in and gives files out, in memory", async () => {
  const inside = { "in.txt": "from the host", "deep/down.txt": "deep" };
  await using programs = new Programs((builder) =>
    builder.memoryDirectory("/m", inside).memoryDirectory("/empty")
  );
  const args = ["/m/in.txt", "/m/out.txt"];
  for (let call = 0; call < 2; call++) {
    const { exitCode, files } = await programs.run("wasi/copy", { args });
    assertEquals(exitCode, 0);
    const found = Object.entries(files["/m"] ?? {})
      .map(([path, content]) => [path, new TextDecoder().decode(content)]);
    assertEquals(found, [["out.txt", "from the host"]]);
  }
  // What one call wrote is not there in the next.
  const gone = await programs.run("wasi/cat", { args: ["/m/out.txt"] });
  assertEquals([gone.exitCode, gone.stdout], [1, ""]);
  const rust = await programs.run("wasi/files", { args: ["/empty"] });
  assertEquals([rust.exitCode, rust.stderr], [0, ""]);
  assertStringIncludes(rust.stdout, "first hé!\n");
});

Deno.test("ToolSandbox.run grants folders, to read unless it says more", async () => {
  const host = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${host}/in.txt`, "granted");
    const args = ["/d/in.txt", "/d/out.txt"];
    await using reading = new Programs((b) => b.allowedPath("/d", host));
    const read = await reading.run("wasi/cat", { args: ["/d/in.txt"] });
    assertEquals([read.exitCode, read.stdout], [0, "granted"]);
    const refused = await reading.run("wasi/copy", { args });
    assertEquals([refused.exitCode, refused.stdout], [1, ""]);
    assertEquals([...Deno.readDirSync(host)].length, 1);
    await using writing = new Programs((b) =>
      b.allowedPath("/d", host, { write: true })
    );
    assertEquals((await writing.run("wasi/copy", { args })).exitCode, 0);
    assertEquals(await Deno.readTextFile(`${host}/out.txt`), "granted");
    const rust = await writing.run("wasi/files", { args: ["/d"] });
    assertEquals([rust.exitCode, rust.stderr], [0, ""]);
    assertEquals([...Deno.readDirSync(host)].length, 2);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
});

Deno.test("ToolSandbox.run refuses a module that is no program", async () => {
  await using programs = new Programs();
  const others: [name: string, why: string][] = [
    ["tools/echo", "it is a tool and not a program"],
    ["wasi/print_tool", "it is a tool and not a program"],
    ["numeric/numeric", "_start"],
  ];
  for (const [name, why] of others) {
    const error = await assertRejects(
      () => programs.run(name),
      ExecutionFailed,
      why,
    );
    assertEquals(error.kind, "ExecutionFailed");
  }
  await programs.assertReusable();
});

Deno.test("ToolSandbox.run refuses text that can't be passed", async () => {
  await using programs = new Programs();
  const wrong: [options: RunOptions, why: string][] = [
    [
      { args: ["a\0b"] },
      'Cannot set args: expected text without NUL, got "a\\u0000b"',
    ],
    [{ name: "\0" }, "Cannot set name"],
    [{ env: { A: "\0" } }, "Cannot set env"],
    [{ env: { "A\0": "" } }, "Cannot set env"],
    [{ env: { "": "x" } }, '"" cannot be the name of a variable'],
    [{ env: { "A=B": "x" } }, '"A=B" cannot be the name of a variable'],
    [{ args: [1 as unknown as string] }, "Cannot set args"],
  ];
  for (const [options, why] of wrong) {
    const run = () => programs.run("wasi/environment", options);
    await assertRejects(run, TypeError, why);
  }
});

Deno.test("ToolSandbox.run ends at an abort, whatever the program waits for", async () => {
  await using programs = new Programs();
  const never = (async function* () {
    yield await new Promise<Uint8Array>(() => {});
  })();
  const blocked: [name: string, options: RunOptions][] = [
    ["wasi/sleep", { args: ["3600000"] }],
    ["wasi/cat", { stdin: never }],
    ["wasi/limits", { args: ["spin"] }],
    ["wasi/exit", { onStdout: () => new Promise(() => {}) }],
  ];
  for (const [name, options] of blocked) {
    const reason = new Error(`enough of ${name}`);
    const aborter = new AbortController();
    setTimeout(() => aborter.abort(reason), 100);
    const start = performance.now();
    const error = await assertRejects(
      () => programs.run(name, { ...options, signal: aborter.signal }),
      Error,
    );
    assertEquals(error, reason);
    assertLess(performance.now() - start, 1500);
    await programs.assertReusable();
  }
  const error = await assertRejects(
    () => programs.run("wasi/sleep", { signal: AbortSignal.abort() }),
    DOMException,
  );
  assertEquals(error.name, "AbortError");
});

Deno.test("ToolSandbox.run ends a sleep of an hour at the limit, and is idle then", async () => {
  await using programs = new Programs((b) => b.maxExecutionTime(1000));
  // The first load compiles; that is not what is measured.
  await programs.assertReusable();
  const start = performance.now();
  const error = await assertRejects(
    () => programs.run("wasi/sleep", { args: ["3600000"] }),
    TimeoutExceeded,
  );
  const tookMs = performance.now() - start;
  assertEquals([error.kind, error.limitMs], ["TimeoutExceeded", 1000]);
  assertGreater(tookMs, 990);
  assertLess(tookMs, 1500);
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { user, system } = process.cpuUsage(before);
  assertLess(user + system, 100_000, "microseconds of CPU time");
  await programs.assertReusable();
});
