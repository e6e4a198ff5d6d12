/** Sessions through the public API. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Busy,
  ExecutionFailed,
  SandboxClosed,
  type SandboxSession,
  ToolSandbox,
} from "../../../mod.ts";
import { FileProgram } from "../../hostile/file_program.ts";
import { OverlayGround, writes } from "../overlay_ground.ts";
import { snapshotGuest } from "../../hostile/snapshot_guest.ts";
import { lettersGuest } from "./letters_guest.ts";

Deno.test("A session keeps its state, apart from calls and other sessions", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  await using one = await sandbox.session(module);
  await using other = await sandbox.session(module);
  assertEquals(await one.execute("count"), [1]);
  assertEquals(await one.execute("count"), [2]);
  assertEquals(await other.execute("count"), [1]);
  assertEquals(await sandbox.execute(module, "count", []), [1]);
  const together = await Promise.all([
    one.execute("count"),
    one.execute("count"),
  ]);
  assertEquals(together, [[3], [4]]);
});

Deno.test("A session forks from its present state", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  await using session = await sandbox.session(module);
  await session.execute("setup");
  await session.execute("count");
  const told = await session.execute("tell");
  await using fork = await session.fork();
  await session.execute("spoil");
  assertEquals(await fork.execute("tell"), told);
  assertEquals(await fork.execute("count"), [2]);
});

Deno.test("A call that traps or is stopped ends its session, and says so", async () => {
  await using sandbox = new ToolSandbox({ maxExecutionTime: 200 });
  const module = await sandbox.loadModule(snapshotGuest());
  for (const name of ["trap", "loop"]) {
    await using session = await sandbox.session(module);
    assert(!(await session.call(name)).ok);
    await assertRejects(
      () => session.execute("count"),
      SandboxClosed,
      "Session has ended: a call failed",
    );
  }
});

Deno.test("A session with rollback goes on from before the call", async () => {
  await using sandbox = new ToolSandbox({ maxExecutionTime: 200 });
  const module = await sandbox.loadModule(snapshotGuest());
  await using session = await sandbox.session(module, { rollback: true });
  await session.execute("setup");
  assertEquals(await session.execute("count"), [1]);
  const told = await session.execute("tell");
  for (const name of ["trap", "loop"]) {
    assert(!(await session.call(name)).ok);
    assertEquals(await session.execute("tell"), told);
  }
  assertEquals(await session.execute("count"), [2]);
});

Deno.test("Sessions are limited, and give their place back", async () => {
  await using sandbox = new ToolSandbox({ maxSessions: 1 });
  const module = await sandbox.loadModule(snapshotGuest());
  const session = await sandbox.session(module);
  await assertRejects(() => sandbox.session(module), Busy, "1 sessions");
  // Neither calls nor snapshots need one.
  await sandbox.snapshot(module);
  assertEquals(await sandbox.execute(module, "count", []), [1]);
  await session.close();
  await using next = await sandbox.session(module);
  assertEquals(await next.execute("count"), [1]);
});

Deno.test("A session that nobody calls ends", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  const session = await sandbox.session(module, { idleTimeout: 50 });
  await session.execute("count");
  await new Promise((resolve) => setTimeout(resolve, 400));
  assertEquals(session.ended, "nothing called it for 50 ms");
});

Deno.test("Closing stops a session's call, and the sandbox closes its sessions", async () => {
  const sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  const session = await sandbox.session(module);
  const running = session.call("loop");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await session.close();
  assert(!(await running).ok);
  const other = await sandbox.session(module);
  await sandbox.close();
  await assertRejects(() => other.execute("count"), SandboxClosed);
});

Deno.test("A signal stops a session's call", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  await using session = await sandbox.session(module, { rollback: true });
  const signal = AbortSignal.timeout(100);
  await assertRejects(() => session.call("loop", [], { signal }), DOMException);
  assertEquals(await session.execute("count"), [1]);
});

Deno.test("A session has an overlay of its own, and takes no other", async () => {
  await using ground = new OverlayGround({ "a.txt": "old" });
  const program = writes(new FileProgram(), "a.txt", "new");
  const module = await ground.sandbox.loadModule(program.build());
  await using session = await ground.sandbox.session(module);
  const overlay = ground.sandbox.overlay();
  await assertRejects(
    () => session.call("_start", [], { overlay }),
    TypeError,
    "a session has an overlay of its own",
  );
  assertEquals(ground.files(), { "a.txt": "old" });
});

for (const wait of [0, 1, 5, 20]) {
  Deno.test(`A sandbox that is closed ${wait} ms into opening a session waits for nothing`, async () => {
    for (const opens of ["session", "snapshot"] as const) {
      const sandbox = new ToolSandbox();
      const module = await sandbox.loadModule(snapshotGuest());
      const opening = sandbox[opens](module).then(() => {}, (error) => error);
      await new Promise((resolve) => setTimeout(resolve, wait));
      const since = performance.now();
      await sandbox.close();
      const error = await opening;
      const ms = performance.now() - since;
      assert(ms < 1_500, `${opens} took ${Math.round(ms)} ms to end`);
      assert(error === undefined || error instanceof SandboxClosed, error);
      assertEquals(sandbox.lostWorkers, 0);
    }
  });
}

Deno.test("A host function cannot use the session whose call waits for it", async () => {
  const held: { session?: SandboxSession } = {};
  const uses: Record<string, () => Promise<unknown>> = {
    execute: () => held.session!.execute("get", [97]),
    snapshot: () => held.session!.snapshot(),
    fork: () => held.session!.fork(),
  };
  let use = "execute";
  await using sandbox = new ToolSandbox({
    numericFunctions: {
      ask: {
        params: [],
        results: ["i32"],
        handler: async () => {
          await assertRejects(
            uses[use]!,
            ExecutionFailed,
            "Cannot use a session from a host function that a call of the same session waits for",
          );
          return 7;
        },
      },
    },
  });
  const module = await sandbox.loadModule(lettersGuest(true));
  const session = held.session = await sandbox.session(module);
  for (use of Object.keys(uses)) {
    const result = await session.call("ask");
    assertEquals(result.ok && result.value, [7], use);
    assert(result.usage.durationMs < 5_000);
  }
});
