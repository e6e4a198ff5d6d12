import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { Buffer } from "node:buffer";
import denoJson from "../../deno.json" with { type: "json" };
import { Consumer, type ConsumerEnd } from "./consumer.ts";

const { version: VERSION } = denoJson;
const RUNNER = "jsr:@cortexai/sandbox/tool-runner";
const WORKERS = [
  "built/worker.js",
  "built/preparing_worker.js",
  "built/watchdog_worker.js",
  "built/fetching_worker.js",
];
/** What an agent with three tools, files and a host function may take. */
const GLUE_LINES = 32;
const WORDS = '{"text":"to be or not to be"}';

function assertAnswered(end: ConsumerEnd): void {
  assertEquals([end.code, end.stderr], [0, ""]);
  const { name, value } = JSON.parse(end.stdout);
  assertEquals([name, value.words], ["word_stats", 6]);
}

/** One permission fewer than needed ends with what to add, and no answer. */
function assertDenied(end: ConsumerEnd, flag: string, code = 1): void {
  assertEquals([end.code, end.stdout], [code, ""], end.stderr);
  assertStringIncludes(end.stderr, "PermissionDenied: ");
  assertStringIncludes(end.stderr, flag);
}

Deno.test("The published package works for a stranger", async (t) => {
  await using consumer = await Consumer.create();

  // First, since nothing is downloaded yet.
  await t.step("loads a tool from bytes without any permission", async () => {
    const input = await (await fetch(`${consumer.url}word_stats.wasm`)).blob();
    assertAnswered(await consumer.deno(["run", "ask.ts", "-"], { input }));
    assert(consumer.requests.some((path) => path.endsWith("/mod.ts")));
  });

  await t.step("loads a tool from a path that it may read", async () => {
    const script = ["ask.ts", "word_stats.wasm"];
    const allow = "--allow-read=word_stats.wasm";
    assertAnswered(await consumer.deno(["run", allow, ...script]));
    assertDenied(await consumer.deno(["run", ...script]), "--allow-read");
  });

  await t.step("loads a tool from a host that it may reach", async () => {
    const script = ["ask.ts", `${consumer.url}word_stats.wasm`];
    const allow = `--allow-net=${consumer.host}`;
    assertAnswered(await consumer.deno(["run", allow, ...script]));
    assertDenied(await consumer.deno(["run", ...script]), "--allow-net");
  });

  await t.step("runs an agent's loop, in few lines of its own", async () => {
    const run = ["run", "--check", "--allow-read=.", "agent.ts", "Add it up"];
    const end = await consumer.deno(run);
    assertEquals(end.code, 0, end.stderr);
    const said = end.stdout.split("\n").filter((line) => /^tool/.test(line));
    assertEquals(said.slice(0, 1), ["tool: tea tea cup"]);
    assertStringIncludes(said[1] ?? "", '"words":3');
    assertStringIncludes(said[2] ?? "", '{"cents":1648}');
    assertStringIncludes(said[3] ?? "", "/sent/other.txt: No such file");
    assertStringIncludes(said[4] ?? "", 'There is no tool named "launch"');
    assertEquals(said.length, 5);
    const text = await Deno.readTextFile(consumer.path("project", "agent.ts"));
    const loop = /^await using tools.*?^}$/ms.exec(text)?.[0] ?? "";
    const lines = loop.split("\n").filter((line) => line.trim() !== "");
    assertLess(lines.length, GLUE_LINES + 1);
    assert(lines.length > GLUE_LINES / 2, "the loop was not found");
  });

  await t.step("kills a runaway and goes on", async () => {
    const input = await (await fetch(`${consumer.url}loop_in_execute.wasm`))
      .blob();
    const started = performance.now();
    const end = await consumer.deno(["run", "ask.ts", "-"], { input });
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(JSON.parse(end.stdout), { kind: "TimeoutExceeded", lost: 0 });
    assertLess(performance.now() - started, 20_000);
  });

  await t.step("runs a program with the folder that it grants", async () => {
    await Deno.mkdir(consumer.path("project", "data"));
    await Deno.writeTextFile(consumer.path("project", "data", "in.txt"), "hi");
    const read = ["--allow-read=copy.wasm,data"];
    const end = await consumer.deno(
      ["run", ...read, "--allow-write=data", "copy.ts"],
    );
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(JSON.parse(end.stdout), { exitCode: 0, stdout: "2 bytes\n" });
    const written = consumer.path("project", "data", "out.txt");
    assertEquals(await Deno.readTextFile(written), "hi");

    const folder = consumer.path("project", "data");
    assertDenied(
      await consumer.deno(["run", ...read, "copy.ts"]),
      `--allow-write=${folder}`,
    );
    assertDenied(
      await consumer.deno(["run", "--allow-read=copy.wasm", "copy.ts"]),
      `--allow-read=${folder}`,
    );
  });

  await t.step("runs the runner from the registry", async () => {
    const run = ["run", "--unstable-worker-options"];
    const call = [RUNNER, "call", "word_stats.wasm", WORDS];
    const allow = "--allow-read=word_stats.wasm";
    const end = await consumer.deno([...run, allow, ...call]);
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(JSON.parse(end.stdout).words, 6);
    assertDenied(await consumer.deno([...run, ...call]), "--allow-read", 126);

    const cat = [RUNNER, "run", "cat.wasm"];
    const input = "byte for byte";
    const copied = await consumer.deno(
      [...run, "--allow-read=cat.wasm", ...cat],
      { input },
    );
    assertEquals([copied.code, copied.stdout], [0, input]);
  });

  await t.step("compiles a large module in a thread of its own", async () => {
    const end = await consumer.deno([
      ...["run", "--unstable-worker-options"],
      ...["--allow-read=regex_extract.wasm", RUNNER],
      ...["schema", "regex_extract.wasm"],
    ]);
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(JSON.parse(end.stdout).name, "regex_extract");
    assert(
      consumer.requests.some((path) => path.endsWith("/preparing_worker.ts")),
    );
  });

  await t.step("is complete once it is cached", async () => {
    const env = { DENO_DIR: consumer.path("cached") };
    const cached = await consumer.deno(["cache", "ask.ts"], { env });
    assertEquals(cached.code, 0, cached.stderr);
    const before = consumer.requests.length;
    const input = await (await fetch(`${consumer.url}word_stats.wasm`)).blob();
    assertAnswered(
      await consumer.deno(["run", "--cached-only", "ask.ts", "-"], {
        env,
        input,
      }),
    );
    assertEquals(consumer.requests.slice(before), ["/word_stats.wasm"]);
  });

  await t.step("starts its workers from any web server", async () => {
    // Deno lets every program import from the registry; this is another host.
    const web = consumer.url.replace("127.0.0.1", "localhost");
    const module = `${web}@cortexai/sandbox/${VERSION}/mod.ts`;
    await Deno.writeTextFile(
      consumer.path("project", "web.json"),
      JSON.stringify({
        unstable: ["worker-options"],
        imports: { "@cortexai/sandbox": module },
      }),
    );
    const run = ["run", "--config=web.json", "--allow-read=word_stats.wasm"];
    const script = ["ask.ts", "word_stats.wasm"];
    // Naming one host takes the registry from those allowed by default.
    const registry = `--allow-import=${consumer.host}`;
    const both = `${registry},${new URL(web).host}`;
    assertAnswered(await consumer.deno([...run, both, ...script]));
    const end = await consumer.deno(
      [...run, registry, "--no-lock", ...script],
      { env: { DENO_DIR: consumer.path("uncached") } },
    );
    assertEquals([end.code, end.stdout], [1, ""]);
    assertStringIncludes(end.stderr, "--allow-import");
  });

  await t.step("takes its workers along when it is compiled", async () => {
    // Another base than Deno's own can't be downloaded everywhere; this one
    // can't be run, but what is put into it is the same.
    const output = consumer.path("compiled");
    const compiled = await consumer.deno([
      ...["compile", "--unstable-worker-options", "--allow-read=."],
      ...["--output", output, RUNNER],
    ], { env: { DENORT_BIN: Deno.execPath() } });
    assertEquals(compiled.code, 0, compiled.stderr);
    const binary = Buffer.from(await Deno.readFile(output));
    for (const path of WORKERS) {
      const url = `${consumer.url}@cortexai/sandbox/${VERSION}/${path}`;
      const text = await (await fetch(url)).text();
      // What is compiled in has its source map elsewhere.
      const [code] = text.split("//# sourceMappingURL");
      assert(binary.includes(code!), path);
    }
  });

  await t.step("is told by Deno when worker-options is off", async () => {
    const end = await consumer.deno(
      ["run", "--no-config", "--allow-read", RUNNER, "schema", "cat.wasm"],
    );
    assertEquals([end.code, end.stdout], [70, ""]);
    assertStringIncludes(end.stderr, "--unstable-worker-options");
  });

  await t.step("runs as a task", async () => {
    const end = await consumer.deno(["task", "--quiet", "ask"]);
    assertAnswered(end);
  });

  await t.step("runs as an installed command", async () => {
    const root = consumer.path("installed");
    const installed = await consumer.deno([
      ...["install", "--global", "--root", root, "--name", "tool-runner"],
      ...["--unstable-worker-options", "--allow-read=.", RUNNER],
    ]);
    assertEquals(installed.code, 0, installed.stderr);
    const name = Deno.build.os === "windows"
      ? "tool-runner.cmd"
      : "tool-runner";
    const command = consumer.path("installed", "bin", name);
    const call = ["call", "word_stats.wasm", WORDS];
    const end = await consumer.deno(call, { command });
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(JSON.parse(end.stdout).words, 6);
  });
});
