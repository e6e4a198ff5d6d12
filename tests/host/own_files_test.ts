import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { WorkerLost } from "../../mod.ts";
import { checkLocation, checkOwnFiles } from "../../src/host/own_files.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const ECHO = "fixtures/tools/echo.wasm";
const LARGE = "fixtures/wasi/statistics.wasm";

/** Calls a tool, loads and inspects a large one; prints every error once. */
const PROGRAM = `
import { inspectModule, SandboxedTool } from "${ROOT}mod.ts";
const tell = (error) => console.log(error.name, error.message);
globalThis.addEventListener("unhandledrejection", (event) => {
  console.log("unhandled", event.reason);
});
{
  await using tool = await SandboxedTool.load("${ROOT}${ECHO}")
    .catch(tell);
  if (tool) console.log((await tool.call({ a: 1 })).value);
}
await SandboxedTool.load("${ROOT}${LARGE}").then((tool) => tool.close(), tell);
await inspectModule("${ROOT}${LARGE}").catch(tell);
`;

async function deno(args: readonly string[]): Promise<[string, string]> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return [decoder.decode(stdout), decoder.decode(stderr)];
}

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkOwnFiles finds the files of a checkout", () => {
  checkOwnFiles(new URL("../../src/guest/worker.ts", import.meta.url));
});

Deno.test("checkLocation takes files of a registry, and no bundle", () => {
  const registry = "https://jsr.io/@cortexai/sandbox/0.1.0/";
  for (const worker of ["src/guest/worker.ts", "built/worker.js"]) {
    const url = new URL(worker, registry);
    checkLocation(`${registry}src/host/own_files.ts`, url);
  }
  for (
    const url of ["file:///app/out.js", "https://a.test/host/own_files.ts"]
  ) {
    const worker = new URL("worker.ts", url);
    assertThrows(
      () => checkLocation(url, worker),
      WorkerLost,
      "is in a bundle",
    );
  }
});

Deno.test("A program in a bundle says so, wherever it needs a worker", async () => {
  await inFolder(async (folder) => {
    const [main, bundle] = [join(folder, "main.ts"), join(folder, "out.js")];
    await Deno.writeTextFile(main, PROGRAM);
    const [, built] = await deno(["bundle", "-q", "-o", bundle, main]);
    assertEquals(built, "");
    const run = ["run", "-A", "--unstable-worker-options", bundle];
    const [stdout, stderr] = await deno(run);
    const lines = stdout.trimEnd().split("\n");
    assertEquals([lines.length, stderr], [3, ""], stdout);
    for (const line of lines) {
      assertStringIncludes(
        line,
        "WorkerLost Cannot start a worker: @cortexai/sandbox is in a bundle",
      );
    }
  });
});

Deno.test("The runner in a bundle says so", async () => {
  await inFolder(async (folder) => {
    const bundle = join(folder, "runner.js");
    await deno(["bundle", "-q", "-o", bundle, "tool-runner.ts"]);
    const run = ["run", "-A", "--unstable-worker-options", bundle];
    const [stdout, stderr] = await deno([...run, "call", ECHO, "{}"]);
    assertEquals(stdout, "");
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    assertStringIncludes(
      stderr,
      "is in a bundle, and its workers' files are not",
    );
  });
});

Deno.test("A process that may not read the package's files says so", async () => {
  await inFolder(async (folder) => {
    const main = join(folder, "main.ts");
    await Deno.writeTextFile(main, PROGRAM);
    const run = ["run", "--allow-read=fixtures", "--config=deno.json"];
    const [stdout, stderr] = await deno([...run, main]);
    const lines = stdout.trimEnd().split("\n");
    assertEquals([lines.length, stderr], [3, ""], stdout);
    const message =
      `PermissionDenied Cannot start a worker: this process may not read the files of @cortexai/sandbox, add --allow-read=${ROOT}src/`;
    for (const line of lines) assertEquals(line, message);
  });
});

Deno.test("The runner without read access to its own files says so", async () => {
  const run = ["run", "--allow-read=fixtures", "tool-runner.ts"];
  const [stdout, stderr] = await deno([...run, "call", ECHO, "{}"]);
  assertEquals(stdout, "");
  assertStringIncludes(stderr, `add --allow-read=${ROOT}src/`);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
});
