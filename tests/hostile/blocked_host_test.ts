/** Guests whose host's own thread is busy: the deadline holds all the same. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { type SandboxedModule, ToolSandbox } from "../../mod.ts";
import { ENTRY, withSeen } from "../host/fake_worker.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const LIMIT_MS = 100;
/** Long beside what a thread may wait for a core on a busy machine. */
const BLOCKED_MS = 4_000;

function endlessModule(): Uint8Array {
  const builder = new ModuleBuilder();
  const type = builder.type([]);
  builder.func(type, "loop void br 0 end").func(type, "");
  builder.export("spin", "function", 0).export("end", "function", 1);
  return builder.build();
}

/** Makes an endless call, and keeps the host's thread busy once it runs. */
async function stoppedAfter(
  sandbox: ToolSandbox,
  module: SandboxedModule,
): Promise<number> {
  const call = sandbox.call(module, "spin");
  await new Promise((resolve) => setTimeout(resolve, LIMIT_MS / 2));
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
  const result = await call;
  assert(!result.ok);
  assertEquals(result.error.kind, "TimeoutExceeded");
  return result.usage.durationMs;
}

Deno.test("The deadline of a process's first long call holds while the host is busy", () =>
  withSeen(ENTRY.watchdog, async (watchdogs) => {
    await using sandbox = new ToolSandbox({ maxExecutionTime: LIMIT_MS });
    const module = await sandbox.loadModule(endlessModule());
    assert((await sandbox.call(module, "end")).ok);
    assertLess(await stoppedAfter(sandbox, module), BLOCKED_MS / 2);
    assertEquals(watchdogs.length, 1);
    assertLess(await stoppedAfter(sandbox, module), BLOCKED_MS / 2);
  }));

Deno.test("The third call of a process is watched, however short it is", () =>
  withSeen(ENTRY.watchdog, async (watchdogs) => {
    await using sandbox = new ToolSandbox({ maxExecutionTime: LIMIT_MS });
    const module = await sandbox.loadModule(endlessModule());
    for (let call = 0; call < 3; call++) await sandbox.call(module, "end");
    assertEquals(watchdogs.length, 1);
  }));
