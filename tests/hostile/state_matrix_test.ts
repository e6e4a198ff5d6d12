/** Every kind of state, after every kind of end: the next call finds nothing. */

import { assert, assertEquals } from "@std/assert";
import { type SandboxOptions, ToolSandbox } from "../../mod.ts";
import { CHANGES, ENDS, stateMatrixGuest } from "./state_matrix_guest.ts";

const FILES = {
  memoryDirectories: { "/work": { files: { a: "1" } } },
  maxWorkers: 1,
};
/** What a hostile call brings, and the next one must not see. */
const BROUGHT = {
  env: { SECRET: "1" },
  args: ["secret"],
  stdin: "secret",
  files: { "/work": { a: "2", b: "3" } },
};

const WAYS: readonly (readonly [string, SandboxOptions, string])[] = [
  ["time", {}, "TimeoutExceeded"],
  ["fuel", { maxFuel: 2_000_000 }, "FuelExhausted"],
];

/** Changes each state in a call, ends it in each way, and looks. */
async function checkAll(isSnapshot: boolean): Promise<void> {
  for (const [way, limits, kind] of WAYS) {
    await using sandbox = new ToolSandbox({ ...FILES, ...limits });
    const module = await sandbox.loadModule(stateMatrixGuest());
    const init = [{ export: "setup" }];
    const called = isSnapshot
      ? await sandbox.snapshot(module, { init })
      : module;
    const first = await sandbox.call(called, "tell", []);
    assert(first.ok);
    const drawn = new Set<string>();
    let calls = 0;
    for (const [change, changed] of CHANGES.entries()) {
      for (const [end, ended] of ENDS.entries()) {
        const hostile = await sandbox
          .call(called, "hostile", [change, end], {
            ...BROUGHT,
            timeout: ended === "loop" && way === "time" ? 60 : undefined,
          });
        const what = `${changed}, ${ended}, a limit of ${way}`;
        assertEquals(hostile.ok, ended === "return", what);
        if (!hostile.ok && ended === "loop") {
          assertEquals(hostile.error.kind, kind, what);
        }
        const after = await sandbox.call(called, "tell", []);
        assertEquals(after.ok && after.value, first.value, what);
        const { usage, stdout, stderr, files } = after;
        assertEquals(usage.fuelConsumed, first.usage.fuelConsumed, what);
        assertEquals([stdout, stderr, files], ["", "", {}], what);
        drawn.add(String(await sandbox.execute(called, "draw", [])));
        calls++;
      }
    }
    assertEquals(drawn.size, calls, "a number was drawn twice");
    assertEquals(sandbox.lostWorkers, 0);
  }
}

Deno.test("Nothing of any state is left in a snapshot after any end", async () => {
  await checkAll(true);
});

Deno.test("Nothing of any state is left in a module after any end", async () => {
  await checkAll(false);
});

Deno.test("The guest that tells all state tells every change of it", async () => {
  await using sandbox = new ToolSandbox(FILES);
  const module = await sandbox.loadModule(stateMatrixGuest());
  for (const [change, changed] of CHANGES.entries()) {
    await using session = await sandbox.session(module);
    await session.execute("setup");
    // It keeps what it reads in memory, which it tells too.
    await session.execute("tell");
    const [before] = await session.execute("tell");
    await session.execute("hostile", [change, 0]);
    const [after] = await session.execute("tell");
    assertEquals(after !== before, change !== 0, changed);
  }
});
