import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Busy,
  SandboxClosed,
  SandboxConfig,
  type SandboxedModule,
  SandboxedTool,
  TimeoutExceeded,
  ToolSandbox,
} from "../../../mod.ts";

const ROOT = new URL("../../../", import.meta.url);
const FIXTURES = new URL("fixtures/", ROOT);
const ECHO = new URL("tools/echo.wasm", FIXTURES);
const LOOP = new URL("hostile/loop_in_execute.wasm", FIXTURES);
const KERNEL = new URL("kernels/collatz.wasm", FIXTURES);
/** How often the kernel repeats: some milliseconds on any machine. */
const SLOW = new Uint8Array(new Int32Array([20_000]).buffer);

function sandboxOf(workers: number, limitMs = 30_000): ToolSandbox {
  const builder = SandboxConfig.builder();
  return new ToolSandbox(
    builder.maxWorkers(workers).maxExecutionTime(limitMs).build(),
  );
}

async function toolIn(sandbox: ToolSandbox, url: URL): Promise<SandboxedTool> {
  return await SandboxedTool.create(sandbox, await sandbox.loadModule(url));
}

function slowCall(sandbox: ToolSandbox, module: SandboxedModule) {
  return sandbox.execute(module, "run", SLOW);
}

/** Blocks this thread, as a busy host does. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("WorkerPool rejects with Busy when as many calls wait as may", async () => {
  const config = SandboxConfig.builder().maxWorkers(1).maxQueuedCalls(2);
  await using sandbox = new ToolSandbox(config.build());
  const kernel = await sandbox.loadModule(KERNEL);
  await slowCall(sandbox, kernel);
  const taken = [1, 2, 3].map(() => slowCall(sandbox, kernel));
  const error = await assertRejects(() => slowCall(sandbox, kernel), Busy);
  assertEquals(error.kind, "Busy");
  assertEquals(error.queueLimit, 2);
  assertStringIncludes(error.message, "2");
  assertEquals((await Promise.all(taken)).length, 3);
  await slowCall(sandbox, kernel);
});

Deno.test("WorkerPool without a queue lets calls run, and none wait", async () => {
  const config = SandboxConfig.builder().maxWorkers(2).maxQueuedCalls(0);
  await using sandbox = new ToolSandbox(config.build());
  const kernel = await sandbox.loadModule(KERNEL);
  const calls = [1, 2, 3].map(() => slowCall(sandbox, kernel));
  const ends = await Promise.allSettled(calls);
  const seen = ends.map(({ status }) => status);
  assertEquals(seen, ["fulfilled", "fulfilled", "rejected"]);
  await slowCall(sandbox, kernel);
});

Deno.test("WorkerPool takes turns between tools, however many calls one has waiting", async () => {
  await using sandbox = sandboxOf(1);
  const kernel = await sandbox.loadModule(KERNEL);
  const echo = await toolIn(sandbox, ECHO);
  let done = 0;
  const slow = Array.from(
    { length: 200 },
    () => slowCall(sandbox, kernel).then(() => done++),
  );
  assertEquals(await echo.execute("next"), "next");
  // The one that ran, and at most the one whose turn came first.
  assertLess(done, 4);
  await Promise.all(slow);
  assertEquals(done, 200);
});

Deno.test("WorkerPool.close rejects every call that runs or waits, and every later one", async () => {
  const sandbox = sandboxOf(2);
  const loop = await toolIn(sandbox, LOOP);
  const calls = Array.from({ length: 10 }, () => loop.execute({}));
  const refused = calls.map((call) => assertRejects(() => call, SandboxClosed));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await sandbox.close();
  for (const error of await Promise.all(refused)) {
    assertEquals(error.kind, "SandboxClosed");
  }
  const late = await loop.call({});
  assert(!late.ok && late.error instanceof SandboxClosed);
  await sandbox.close();
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("WorkerPool.close ends workers that are still starting", async () => {
  const sandbox = sandboxOf(2);
  const loading = toolIn(sandbox, ECHO);
  const refused = assertRejects(() => loading, SandboxClosed);
  await sandbox.close();
  await refused;
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("A deadline holds while the host's own event loop is blocked", async () => {
  await using sandbox = sandboxOf(1, 100);
  const loop = await toolIn(sandbox, LOOP);
  for (let round = 0; round < 3; round++) {
    const call = loop.call({});
    await new Promise((resolve) => setTimeout(resolve, 10));
    // Long beside what a thread may wait for a core on a busy machine: the
    // watchdog's starts with the first of these calls.
    block(3_000);
    const { ok, usage } = await call;
    assertEquals(ok, false);
    assertGreater(usage.durationMs, 20);
    assertLess(usage.durationMs, 2_000);
  }
});

Deno.test("No deadline is lost over sandboxes that come and go, one by one and side by side", async () => {
  const misbehave = async () => {
    await using sandbox = sandboxOf(1, 20);
    const module = await sandbox.loadModule(LOOP);
    // On a loaded machine even the schema may take its 20 ms.
    const error = await assertRejects(async () => {
      const loop = await SandboxedTool.create(sandbox, module);
      await loop.execute({});
    }, TimeoutExceeded);
    assertEquals(error.limitMs, 20);
    assertEquals(sandbox.lostWorkers, 0);
  };
  for (let round = 0; round < 30; round++) await misbehave();
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 6 }, misbehave));
  }
});
