/** Workers and watchdogs that fail: what it costs, and where it ends. */

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  SandboxClosed,
  SandboxConfig,
  TimeoutExceeded,
  ToolSandbox,
  WorkerLost,
} from "../../mod.ts";
import {
  BreakingWorker,
  DeafWorker,
  ENTRY,
  FailingWatchdog,
  FailingWorker,
  IdleWorker,
  LyingWorker,
  SilentWorker,
  SleepingWatchdog,
  withFakes,
  withSeen,
} from "../host/fake_worker.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const NUMERIC = new URL("numeric/numeric.wasm", FIXTURES);
const LOOP = new URL("hostile/loop_in_execute.wasm", FIXTURES);
const LIMIT_MS = 100;

function sandboxOf(workers = 1, limitMs = LIMIT_MS): ToolSandbox {
  const builder = SandboxConfig.builder().maxWorkers(workers);
  return new ToolSandbox(builder.maxExecutionTime(limitMs).build());
}

async function assertAnswers(sandbox: ToolSandbox): Promise<void> {
  const module = await sandbox.loadModule(NUMERIC);
  assertEquals((await sandbox.execute(module, "answer"))[0], 42);
}

/** Runs the loop, and says how long that took. */
async function assertStopped(sandbox: ToolSandbox): Promise<number> {
  const loop = await sandbox.loadModule(LOOP);
  const start = performance.now();
  await assertRejects(
    () => sandbox.execute(loop, "__tool_execute", new Uint8Array(8)),
    TimeoutExceeded,
  );
  return performance.now() - start;
}

for (
  const [Fake, what, limitMs] of [
    [DeafWorker, "never reads its messages", LIMIT_MS],
    [FailingWorker, "fails before the call", LIMIT_MS],
    [IdleWorker, "never takes the call", LIMIT_MS],
    [IdleWorker, "does not take a long call", 600_000],
  ] as const
) {
  Deno.test(`A worker that ${what} is lost, and another runs the call`, () =>
    withFakes({ entry: ENTRY.guest, Fake, count: 1 }, async () => {
      await using sandbox = sandboxOf(1, limitMs);
      await assertAnswers(sandbox);
      assertEquals(sandbox.lostWorkers, 1);
    }));
}

for (
  const [Fake, what, why] of [
    [SilentWorker, "takes the call and never answers", "did not answer"],
    [BreakingWorker, "breaks down during the call", "broke down"],
    [LyingWorker, "answers out of bounds", "out of bounds"],
  ] as const
) {
  Deno.test(`A worker that ${what} is lost with its call, and replaced`, () =>
    withFakes({ entry: ENTRY.guest, Fake, count: 1 }, async () => {
      await using sandbox = sandboxOf();
      const error = await assertRejects(
        () => assertAnswers(sandbox),
        WorkerLost,
      );
      assertStringIncludes(error.message, why);
      await assertAnswers(sandbox);
      assertEquals(sandbox.lostWorkers, 1);
    }));
}

Deno.test("A call is tried on three workers at most", () =>
  withFakes({ entry: ENTRY.guest, Fake: FailingWorker, count: 3 }, async () => {
    await using sandbox = sandboxOf();
    await assertRejects(() => assertAnswers(sandbox), WorkerLost, "no luck");
    assertEquals(sandbox.lostWorkers, 3);
  }));

Deno.test("A module that has lost three workers is refused, and no other one", () =>
  withFakes({ entry: ENTRY.guest, Fake: LyingWorker, count: 3 }, async () => {
    await using sandbox = sandboxOf();
    for (let lost = 1; lost <= 3; lost++) {
      await assertRejects(() => assertAnswers(sandbox), WorkerLost, "answered");
      assertEquals(sandbox.lostWorkers, lost);
    }
    await assertRejects(
      () => assertAnswers(sandbox),
      WorkerLost,
      "it has lost 3 workers",
    );
    assertLess(await assertStopped(sandbox), 5_000);
    assertEquals(sandbox.lostWorkers, 3);
  }));

Deno.test("A worker whose thread ends while it is idle costs no call", () =>
  withSeen(ENTRY.guest, async (workers) => {
    await using sandbox = sandboxOf();
    for (let round = 1; round <= 4; round++) {
      await assertAnswers(sandbox);
      const event = new ErrorEvent("error", { message: "died" });
      workers.at(-1)!.onerror?.(event);
      assertEquals(sandbox.lostWorkers, round);
    }
    await assertAnswers(sandbox);
  }));

for (
  const [Fake, what, leastMs] of [
    [SleepingWatchdog, "sleeps", LIMIT_MS + 400],
    [FailingWatchdog, "fails", LIMIT_MS],
  ] as const
) {
  Deno.test(`A watchdog that ${what} is replaced, and no call outlives it for long`, () =>
    withFakes({ entry: ENTRY.watchdog, Fake, count: 1 }, async () => {
      await using sandbox = sandboxOf();
      await assertAnswers(sandbox);
      const first = await assertStopped(sandbox);
      assertGreater(first, leastMs);
      assertLess(first, 3_000);
      await assertStopped(sandbox);
      const last = await assertStopped(sandbox);
      assertLess(last, LIMIT_MS + 400);
      assertEquals(sandbox.lostWorkers, 0);
    }));
}

Deno.test("A watchdog whose thread is ended is missed and replaced", () =>
  withSeen(ENTRY.watchdog, async (watchdogs) => {
    await using sandbox = sandboxOf();
    await assertAnswers(sandbox);
    await assertStopped(sandbox);
    // It ends for good when it has its next message to read.
    watchdogs[0]!.terminate();
    await using another = sandboxOf();
    await assertAnswers(another);
    for (let round = 0; round < 3; round++) {
      assertLess(await assertStopped(sandbox), 3_000);
      assertLess(await assertStopped(another), 3_000);
    }
    assertEquals(watchdogs.length, 2);
    assertEquals([sandbox.lostWorkers, another.lostWorkers], [0, 0]);
  }));

Deno.test("Where no watchdog works at all, calls end all the same", () =>
  withFakes(
    { entry: ENTRY.watchdog, Fake: SleepingWatchdog, count: 100 },
    async () => {
      await using sandbox = sandboxOf(2);
      for (let round = 0; round < 8; round++) {
        assertLess(await assertStopped(sandbox), 3_000);
      }
      assertEquals(sandbox.lostWorkers, 0);
    },
  ));

Deno.test("A sandbox that is closed while a module is delivered runs nothing more", async () => {
  const builder = SandboxConfig.builder().maxWorkers(1);
  const sandbox = new ToolSandbox(builder.maxExecutionTime(60_000).build());
  await assertAnswers(sandbox);
  const loop = await sandbox.loadModule(LOOP);
  const call = sandbox.execute(loop, "__tool_execute", new Uint8Array(8));
  const refused = assertRejects(() => call, SandboxClosed);
  const start = performance.now();
  await sandbox.close();
  await refused;
  assertLess(performance.now() - start, 2_000);
  assertEquals(sandbox.lostWorkers, 0);
});

Deno.test("A call that is aborted while its module is delivered never runs", async () => {
  await using sandbox = new ToolSandbox(
    SandboxConfig.builder().maxWorkers(1).maxExecutionTime(60_000).build(),
  );
  await assertAnswers(sandbox);
  const loop = await sandbox.loadModule(LOOP);
  const aborter = new AbortController();
  const reason = new Error("enough");
  const options = { signal: aborter.signal };
  const input = new Uint8Array(8);
  const call = sandbox.execute(loop, "__tool_execute", input, options);
  aborter.abort(reason);
  const error = await assertRejects(() => call, Error);
  assert(error === reason);
  await assertAnswers(sandbox);
  assertEquals(sandbox.lostWorkers, 0);
});
