/** Calls of one snapshot find nothing of each other, however they ended. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionFailed,
  type ModuleSnapshot,
  ToolSandbox,
} from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { snapshotGuest } from "./snapshot_guest.ts";

const WASI = "wasi_snapshot_preview1";

/** What an honest call answers, in the state of a snapshot. */
async function honest(sandbox: ToolSandbox, snapshot: ModuleSnapshot) {
  const { ok } = await sandbox.call(snapshot, "spoil", []);
  assert(ok);
  return [
    await sandbox.execute(snapshot, "tell", []),
    await sandbox.execute(snapshot, "count", []),
  ];
}

for (const end of ["spoil", "grow", "grow_table", "trap", "loop"]) {
  Deno.test(`Nothing is left in a snapshot by a call that ends in ${end}`, async () => {
    await using sandbox = new ToolSandbox({
      maxExecutionTime: 150,
      maxWorkers: 1,
    });
    const module = await sandbox.loadModule(snapshotGuest());
    const init = [{ export: "setup" }];
    const snapshot = await sandbox.snapshot(module, { init });
    const fresh = await sandbox.execute(module, "tell", []);
    const expected = await honest(sandbox, snapshot);
    assert(String(expected[0]) !== String(fresh), "setup is in the snapshot");
    for (let i = 0; i < 3; i++) {
      const result = await sandbox.call(snapshot, end, []);
      assertEquals(result.ok, !["trap", "loop"].includes(end));
      assertEquals(await honest(sandbox, snapshot), expected);
    }
  });
}

Deno.test("Nothing is left in a snapshot by a call that runs out of fuel", async () => {
  await using sandbox = new ToolSandbox({ maxFuel: 1_000_000, maxWorkers: 1 });
  const module = await sandbox.loadModule(snapshotGuest());
  const init = [{ export: "setup" }];
  const snapshot = await sandbox.snapshot(module, { init });
  const expected = await honest(sandbox, snapshot);
  const before = await sandbox.call(snapshot, "tell", []);
  const result = await sandbox.call(snapshot, "loop", []);
  assertEquals(result.ok ? "" : result.error.kind, "FuelExhausted");
  const after = await sandbox.call(snapshot, "tell", []);
  assertEquals(after.usage.fuelConsumed, before.usage.fuelConsumed);
  assertEquals(await honest(sandbox, snapshot), expected);
});

Deno.test("Ten thousand hostile and honest calls of a snapshot: none wrong, memory flat", async () => {
  await using sandbox = new ToolSandbox({ maxWorkers: 2 });
  const module = await sandbox.loadModule(snapshotGuest());
  const init = [{ export: "setup" }];
  const snapshot = await sandbox.snapshot(module, { init });
  const [expected] = await honest(sandbox, snapshot);
  const ends = ["spoil", "grow", "grow_table", "trap"];
  const round = async (calls: number) => {
    for (let i = 0; i < calls; i++) {
      const [, told] = await Promise.all([
        sandbox.call(snapshot, ends[i % ends.length]!, []),
        sandbox.execute(snapshot, "tell", []),
      ]);
      assertEquals(told, expected);
    }
  };
  await round(500);
  const before = Deno.memoryUsage().rss;
  await round(4500);
  const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
  // V8 collects late, up to 90 MiB; a page left by each call would be 560.
  assert(grown < 200, `the process grew by ${Math.round(grown)} MiB`);
});

Deno.test("Two calls of a snapshot draw different random numbers", async () => {
  const builder = new ModuleBuilder();
  const random = builder.type(["i32", "i32"], ["i32"]);
  const nothing = builder.type([], []);
  const wide = builder.type([], ["i64"]);
  builder.importFunction(WASI, "random_get", random);
  builder.memory(1).export("memory", "memory", 0)
    .func(nothing, "i32.const 0 i32.const 8 call 0 drop")
    .func(wide, "i32.const 0 i64.load 0 0 0")
    .func(
      wide,
      "i32.const 8 i32.const 8 call 0 drop i32.const 8 i64.load 0 0 0",
    )
    .func(nothing, "i32.const 16 i32.const 8 call 0 drop")
    .func(wide, "i32.const 16 i64.load 0 0 0");
  ["draw", "drawn", "fresh", "__snapshot_resumed", "seed"].forEach(
    (name, index) => builder.export(name, "function", index + 1),
  );
  await using sandbox = new ToolSandbox({ maxWorkers: 1 });
  const module = await sandbox.loadModule(builder.build());
  const init = [{ export: "draw" }];
  const snapshot = await sandbox.snapshot(module, { init });
  const each = async (name: string) =>
    [
      ...new Set([
        String(await sandbox.execute(snapshot, name, [])),
        String(await sandbox.execute(snapshot, name, [])),
        String(await sandbox.execute(snapshot, name, [])),
      ]),
    ].length;
  assertEquals(await each("drawn"), 1, "what was drawn before is its state");
  assertEquals(await each("fresh"), 3);
  assertEquals(await each("seed"), 3, "the guest is told to draw anew");
});

Deno.test("A snapshot in another worker never sees the clock go back", async () => {
  const builder = new ModuleBuilder();
  const clock = builder.type(["i32", "i64", "i32"], ["i32"]);
  const nothing = builder.type([], []);
  const wide = builder.type([], ["i64"]);
  const read = (at: number) =>
    `i32.const 1 i64.const 0 i32.const ${at} call 0 drop`;
  builder.importFunction(WASI, "clock_time_get", clock);
  builder.memory(1).export("memory", "memory", 0)
    .func(nothing, read(0))
    .func(
      wide,
      `${
        read(8)
      } i32.const 8 i64.load 0 0 0 i32.const 0 i64.load 0 0 0 i64.sub`,
    );
  builder.export("begin", "function", 1).export("since", "function", 2);
  const sandbox = new ToolSandbox({ maxWorkers: 1 });
  const module = await sandbox.loadModule(builder.build());
  await using session = await sandbox.session(module);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await session.execute("begin");
  const snapshot = await session.snapshot();
  const bytes = await snapshot.toBytes();
  await sandbox.close();
  await using other = new ToolSandbox({ maxWorkers: 1 });
  const again = await other.loadSnapshot(
    await other.loadModule(builder.build()),
    bytes,
  );
  const [since = -1n] = await other.execute(again, "since", []);
  assert(since >= 0n, `the clock went back by ${since} ns`);
});

Deno.test("A snapshot is refused where something of it could not be put back", async () => {
  await using sandbox = new ToolSandbox();
  const refused = async (
    change: (builder: ModuleBuilder) => void,
    message: string,
  ) => {
    const builder = new ModuleBuilder();
    change(builder);
    const module = await sandbox.loadModule(builder.build());
    await assertRejects(
      () => sandbox.snapshot(module),
      ExecutionFailed,
      message,
    );
  };
  await refused((builder) => {
    const nothing = builder.type([], []);
    builder.memory(1).data([1]).raw(12, []).func(nothing, "data.drop 0");
  }, "drops segments");
  await refused((builder) => {
    builder.global("funcref", "ref.null funcref");
  }, "is a reference");
  await refused((builder) => {
    builder.raw(6, [
      0x7b,
      1,
      0xfd,
      0x0c,
      ...new Array<number>(16).fill(0),
      0x0b,
    ]);
  }, "is a vector");
  await refused((builder) => {
    for (let i = 0; i < 65; i++) builder.global("i32", "i32.const 0");
  }, "65 mutable globals, limit is 64");
});
