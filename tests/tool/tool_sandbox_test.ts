import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  CompilationFailed,
  ExecutionFailed,
  MemoryLimitExceeded,
  PermissionDenied,
  SandboxClosed,
  SandboxConfig,
  SandboxedModule,
  ToolSandbox,
} from "../../mod.ts";

const REPOSITORY = new URL("../../", import.meta.url);
const FIXTURES = new URL("fixtures/", REPOSITORY);
const NUMERIC = new URL("numeric/numeric.wasm", FIXTURES);
const ECHO = new URL("tools/echo.wasm", FIXTURES);
const LOOP = new URL("hostile/loop_in_execute.wasm", FIXTURES);

/** Arguments of `execute`: little-endian, whatever this machine is. */
function i32(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => view.setInt32(index * 4, value, true));
  return new Uint8Array(view.buffer);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

Deno.test("ToolSandbox.loadModule takes bytes, paths and URLs, and compiles the same bytes once", async () => {
  await using sandbox = new ToolSandbox();
  const bytes = await Deno.readFile(NUMERIC);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) =>
      url.endsWith("/numeric.wasm")
        ? new Response(bytes.slice())
        : new Response("none", { status: 404 }),
  );
  const host = `http://127.0.0.1:${server.addr.port}`;
  const modules = await Promise.all([
    sandbox.loadModule(bytes),
    sandbox.loadModule(NUMERIC.pathname),
    sandbox.loadModule(NUMERIC),
    sandbox.loadModule(NUMERIC.href),
    sandbox.loadModule(`${host}/numeric.wasm`),
  ]);
  for (const module of modules) assertStrictEquals(module, modules[0]!);
  assertStrictEquals(await sandbox.loadModule(bytes), modules[0]!);
  assert(modules[0] instanceof SandboxedModule);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  assertEquals(modules[0].sha256, new Uint8Array(digest).toHex());
  assert(modules[0].exports.includes("every_kind"));
  assertNotEquals(await sandbox.loadModule(ECHO), modules[0]);
  await assertRejects(
    () => sandbox.loadModule(`${host}/missing.wasm`),
    Error,
    "404",
  );
});

Deno.test("ToolSandbox.loadModule is not moved by what happens to the bytes later", async () => {
  await using sandbox = new ToolSandbox();
  const bytes = await Deno.readFile(NUMERIC);
  const loading = sandbox.loadModule(bytes);
  bytes.fill(0);
  assertEquals(
    await sandbox.execute(await loading, "add", i32(2, 3)),
    i32(5),
  );
});

Deno.test("ToolSandbox.loadModule refuses what is no module, and loads others afterwards", async () => {
  const config = SandboxConfig.builder().maxMemoryBytes(65_536).build();
  await using sandbox = new ToolSandbox(config);
  const none = new TextEncoder().encode("no module");
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await assertRejects(
      () => sandbox.loadModule(none),
      CompilationFailed,
    );
    assertEquals(error.kind, "CompilationFailed");
  }
  const kernel = new URL("kernels/matrix.wasm", FIXTURES);
  const limit = await assertRejects(
    () => sandbox.loadModule(kernel),
    MemoryLimitExceeded,
  );
  assertEquals(limit.limitBytes, 65_536);
  await assertRejects(
    () => sandbox.loadModule("fixtures/missing.wasm"),
    Deno.errors.NotFound,
  );
  assertEquals(
    await sandbox.execute(await sandbox.loadModule(NUMERIC), "answer"),
    i32(42),
  );
});

Deno.test("ToolSandbox.execute returns every kind of number, little-endian and concatenated", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(NUMERIC);
  const run = (name: string, ...values: number[]) =>
    sandbox.execute(module, name, i32(...values));
  assertEquals(await run("add", 2, 3), i32(5));
  assertEquals(await run("add", 2 ** 31 - 1, 1), i32(-(2 ** 31)));
  assertEquals(await run("nothing"), new Uint8Array());
  assertEquals(await run("divide", -17, 5), i32(-3, -2));
  const wide = view(await run("multiply_wide", 2 ** 31 - 1, -(2 ** 31)));
  assertEquals(wide.getBigInt64(0, true), (2n ** 31n - 1n) * -(2n ** 31n));
  assertEquals(view(await run("half", 3)).getFloat32(0, true), 1.5);
  assertEquals(view(await run("root", 2)).getFloat64(0, true), Math.SQRT2);
  assert(Number.isNaN(view(await run("root", -1)).getFloat64(0, true)));
  const every = view(await run("every_kind", -7));
  assertEquals(every.byteLength, 4 + 8 + 4 + 8);
  assertEquals(every.getInt32(0, true), -7);
  assertEquals(every.getBigInt64(4, true), -7n);
  assertEquals(every.getFloat32(12, true), -7);
  assertEquals(every.getFloat64(16, true), -7);
});

Deno.test("ToolSandbox.execute refuses what can't be called with numbers", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(NUMERIC);
  const refused: [name: string, input: Uint8Array, why: string][] = [
    ["add", i32(1), "takes 2 arguments"],
    ["add", i32(1, 2, 3), "got 12 bytes"],
    ["add", new Uint8Array(7), "got 7 bytes"],
    ["answer", i32(1), "takes 0 arguments"],
    ["missing", i32(), '"missing"'],
    ["__proto__", i32(), '"__proto__"'],
    ["no_function", i32(), '"no_function"'],
    ["vector", i32(), "it returns a reference or a vector"],
    ["reference", i32(), "it returns a reference or a vector"],
    ["takes_wide", i32(1, 0), "parameter of type i64"],
  ];
  for (const [name, input, why] of refused) {
    const error = await assertRejects(
      () => sandbox.execute(module, name, input),
      ExecutionFailed,
      why,
    );
    assertEquals(error.kind, "ExecutionFailed");
  }
  const trap = await assertRejects(
    () => sandbox.execute(module, "divide", i32(1, 0)),
    ExecutionFailed,
  );
  assertStringIncludes(trap.message, "divide by zero");
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("ToolSandbox refuses a module of another sandbox", async () => {
  await using one = new ToolSandbox();
  await using other = new ToolSandbox();
  const module = await one.loadModule(NUMERIC);
  await assertRejects(
    () => other.execute(module, "answer"),
    ExecutionFailed,
    "this sandbox did not load it",
  );
  assertEquals(await one.execute(module, "answer"), i32(42));
});

Deno.test("ToolSandbox.close can be repeated, and refuses everything afterwards", async () => {
  const sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(NUMERIC);
  await sandbox.execute(module, "answer");
  await Promise.all([sandbox.close(), sandbox.close()]);
  await sandbox.close();
  await sandbox[Symbol.asyncDispose]();
  const closed = await assertRejects(
    () => sandbox.execute(module, "answer"),
    SandboxClosed,
  );
  assertEquals(closed.kind, "SandboxClosed");
  await assertRejects(() => sandbox.loadModule(NUMERIC), SandboxClosed);
  // One that was never used has nothing to end, and does.
  await new ToolSandbox().close();
});

Deno.test("ToolSandbox takes plain options, and says which one is wrong", async () => {
  await using sandbox = new ToolSandbox({ maxMemoryBytes: 65_536 });
  assertEquals(sandbox.config.maxMemoryBytes, 65_536);
  assertThrows(
    () => new ToolSandbox({ maxMemoryBytes: 1 }),
    RangeError,
    "Cannot set maxMemoryBytes",
  );
});

Deno.test("ToolSandbox refuses to grant what is no folder", () => {
  const wrong: [string, string][] = [
    ["fixtures/nowhere", "there is no such folder"],
    ["deno.json", "it is not a folder"],
    ["deno.json/in", "it is not in a folder"],
  ];
  for (const [name, why] of wrong) {
    const allowedPaths = { "/data": new URL(name, REPOSITORY) };
    const wanted = `${name}": ${why}`;
    assertThrows(() => new ToolSandbox({ allowedPaths }), TypeError, wanted);
  }
});

Deno.test({
  name: "ToolSandbox grants nothing that this process does not have",
  permissions: { read: [REPOSITORY] },
  async fn() {
    const config = SandboxConfig.builder().allowedPath("/etc", "/etc").build();
    const error = assertThrows(() => new ToolSandbox(config), PermissionDenied);
    assertEquals(error.kind, "PermissionDenied");
    assertStringIncludes(error.message, "--allow-read=/etc");
    await using sandbox = new ToolSandbox();
    await assertRejects(
      () => sandbox.loadModule("/etc/hostname"),
      PermissionDenied,
    );
    const module = await sandbox.loadModule(NUMERIC);
    assertEquals(await sandbox.execute(module, "answer"), i32(42));
  },
});

/** Runs a program that closes nothing, and says what it printed. */
async function runProgram(body: string): Promise<string> {
  const program = `
    import { SandboxConfig, SandboxedTool } from "${new URL(
    "mod.ts",
    REPOSITORY,
  )}";
    const config = SandboxConfig.builder().maxExecutionTime(700).build();
    ${body}`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: REPOSITORY,
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([code, decode(stderr)], [0, ""]);
  return decode(stdout);
}

Deno.test("A process that forgets its sandbox ends by itself", async () => {
  const load = `const tool = await SandboxedTool.load("${ECHO.pathname}");`;
  assertEquals(await runProgram(load), "");
  const call = `${load} console.log(await tool.execute({ a: 1 }));`;
  assertEquals(await runProgram(call), "{ a: 1 }\n");
});

Deno.test("A process stays alive for the answer to a pending call, and no longer", async () => {
  const program = `
    const tool = await SandboxedTool.load("${LOOP.pathname}", config);
    tool.call({}).then(({ error }) => console.log(error.kind));`;
  assertEquals(await runProgram(program), "TimeoutExceeded\n");
});
