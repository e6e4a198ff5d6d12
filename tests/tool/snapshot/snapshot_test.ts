/** Snapshots through the public API: what they take, refuse and report. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionFailed,
  SandboxedTool,
  type SandboxOptions,
  TimeoutExceeded,
  ToolSandbox,
} from "../../../mod.ts";
import { snapshotGuest } from "../../hostile/snapshot_guest.ts";
import { ModuleBuilder } from "../../prepare/module_builder.ts";

const WASI = "wasi_snapshot_preview1";

/** A guest that writes a file at setup, and tells its size. */
function fileGuest(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const open = builder.type(
    ["i32", "i32", "i32", "i32", "i32", "i64", "i64", "i32", "i32"],
    ["i32"],
  );
  const write = builder.type(["i32", "i32", "i32", "i32"], ["i32"]);
  const close = builder.type(["i32"], ["i32"]);
  const number = builder.type([], ["i32"]);
  builder.importFunction(WASI, "path_open", open)
    .importFunction(WASI, "fd_write", write)
    .importFunction(WASI, "fd_close", close)
    .importFunction(WASI, "fd_read", write);
  // The name "f" at 0, the new descriptor at 8, an iovec at 16, data at 64.
  const opened = (flags: number) =>
    `i32.const 0 i32.const 102 i32.store8 0 0 0
     i32.const 3 i32.const 0 i32.const 0 i32.const 1 i32.const ${flags}
     i64.const 66 i64.const 0 i32.const 0 i32.const 8 call 0`;
  const iovec = (length: number) =>
    `i32.const 16 i32.const 64 i32.store 0 0 2
     i32.const 20 i32.const ${length} i32.store 0 0 2`;
  builder.memory(1).export("memory", "memory", 0);
  builder.func(
    number,
    `${opened(1)} drop ${iovec(5)}
     i32.const 8 i32.load 0 0 2 i32.const 16 i32.const 1 i32.const 24 call 1 drop
     i32.const 8 i32.load 0 0 2 call 2`,
  );
  builder.func(
    number,
    `${opened(0)} drop ${iovec(100)}
     i32.const 8 i32.load 0 0 2 i32.const 16 i32.const 1 i32.const 24 call 3 drop
     i32.const 24 i32.load 0 0 2`,
  );
  builder.func(number, opened(1));
  ["write", "size", "leave_open"].forEach((name, index) =>
    builder.export(name, "function", 4 + index)
  );
  return builder.build();
}

const FILES: SandboxOptions = { memoryDirectories: { "/work": {} } };

Deno.test("A snapshot has the files of its start, and calls bring more", async () => {
  await using sandbox = new ToolSandbox(FILES);
  const module = await sandbox.loadModule(fileGuest());
  const init = [{ export: "write" }];
  const snapshot = await sandbox.snapshot(module, { init });
  assertEquals(await sandbox.execute(snapshot, "size", []), [5]);
  const files = { "/work": { f: "123456789" } };
  const options = { files };
  assertEquals(await sandbox.execute(snapshot, "size", [], options), [9]);
  assertEquals(await sandbox.execute(snapshot, "size", []), [5]);
});

Deno.test("A snapshot refuses a directory that it was taken without", async () => {
  await using sandbox = new ToolSandbox(FILES);
  const module = await sandbox.loadModule(fileGuest());
  const snapshot = await sandbox.snapshot(module);
  const files = { "/other": { f: "1" } };
  const result = await sandbox.call(snapshot, "size", [], { files });
  assert(!result.ok);
  assertEquals(
    result.error.message,
    'Cannot bring files: the snapshot was taken without the directory "/other", name it in the snapshot\'s files',
  );
  assertEquals(await sandbox.execute(snapshot, "size", []), [0]);
});

Deno.test("A snapshot with an open descriptor is refused, and says which", async () => {
  await using sandbox = new ToolSandbox(FILES);
  const module = await sandbox.loadModule(fileGuest());
  const init = [{ export: "leave_open" }];
  await assertRejects(
    () => sandbox.snapshot(module, { init }),
    ExecutionFailed,
    "descriptor 5 was opened",
  );
});

Deno.test("A snapshot's init calls have limits and fail it", async () => {
  await using sandbox = new ToolSandbox({ maxExecutionTime: 200 });
  const module = await sandbox.loadModule(snapshotGuest());
  const loop = { init: [{ export: "loop" }] };
  await assertRejects(() => sandbox.snapshot(module, loop), TimeoutExceeded);
  const trap = { init: [{ export: "setup" }, { export: "trap" }] };
  await assertRejects(
    () => sandbox.snapshot(module, trap),
    ExecutionFailed,
    "unreachable",
  );
});

Deno.test("A large snapshot is put back after the answer, by itself reported", async () => {
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  const bytes = 48 * 2 ** 20;
  builder.memory(bytes / 65_536).export("memory", "memory", 0)
    .func(
      number,
      `i32.const 0 i32.const 1 i32.const ${bytes} memory.fill 0 i32.const 1`,
    )
    .func(
      number,
      `i32.const 0 i32.const 2 i32.const ${bytes} memory.fill 0
       i32.const ${bytes - 1} i32.load8_u 0 0 0`,
    )
    .func(number, `i32.const ${bytes - 1} i32.load8_u 0 0 0`);
  ["fill", "spoil", "last"].forEach((name, index) =>
    builder.export(name, "function", index)
  );
  await using sandbox = new ToolSandbox({ maxWorkers: 1 });
  const module = await sandbox.loadModule(builder.build());
  const init = [{ export: "fill" }];
  const snapshot = await sandbox.snapshot(module, { init });
  for (let i = 0; i < 4; i++) {
    assertEquals(await sandbox.execute(snapshot, "spoil", []), [2]);
    const result = await sandbox.call(snapshot, "last", []);
    assertEquals(result.ok && result.value, [1]);
    assert(result.usage.restoreMs > 0);
  }
});

Deno.test("A tool's snapshot is a tool", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule("fixtures/tools/word_stats.wasm");
  const args = { text: "one two two" };
  const snapshot = await sandbox.snapshot(module, { init: [{ tool: args }] });
  const plain = await SandboxedTool.create(sandbox, module);
  const tool = await SandboxedTool.create(sandbox, snapshot);
  assertEquals(tool.schema(), plain.schema());
  for (let i = 0; i < 3; i++) {
    assertEquals(await tool.execute(args), await plain.execute(args));
  }
});

Deno.test("Snapshots are unloaded apart from their module", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  const snapshot = await sandbox.snapshot(module);
  sandbox.unloadModule(snapshot);
  await assertRejects(
    () => sandbox.execute(snapshot, "count", []),
    ExecutionFailed,
  );
  assertEquals(await sandbox.execute(module, "count", []), [1]);
  assertEquals(
    await sandbox.loadModule(snapshotGuest()),
    module,
    "it is still loaded",
  );
});

Deno.test("A memory with 64-bit addresses is put back too", async () => {
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  const nothing = builder.type([], []);
  builder.memory(2, 8, true).export("memory", "memory", 0)
    .func(nothing, "i64.const 70000 i32.const 5 i32.store8 0 0 0")
    .func(
      number,
      `i64.const 0 i32.const 9 i64.const 131072 memory.fill 0
       i64.const 1 memory.grow 0 drop i32.const 0`,
    )
    .func(number, "i64.const 70000 i32.load8_u 0 0 0")
    .func(
      number,
      "i64.const 8 i32.load8_u 0 0 0 memory.size 0 i32.wrap_i64 i32.add",
    );
  ["mark", "spoil", "marked", "rest"].forEach((name, index) =>
    builder.export(name, "function", index)
  );
  await using sandbox = new ToolSandbox({ maxWorkers: 1 });
  const module = await sandbox.loadModule(builder.build());
  const init = [{ export: "mark" }];
  const snapshot = await sandbox.snapshot(module, { init });
  for (let i = 0; i < 3; i++) {
    assertEquals(await sandbox.execute(snapshot, "marked", []), [5]);
    assertEquals(await sandbox.execute(snapshot, "rest", []), [2]);
    await sandbox.execute(snapshot, "spoil", []);
  }
  const file = await snapshot.toBytes();
  const loaded = await sandbox.loadSnapshot(module, file);
  assertEquals(await sandbox.execute(loaded, "marked", []), [5]);
});

Deno.test("What a snapshot's memory never held takes no memory of the process", async () => {
  const bytes = 256 * 2 ** 20;
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  builder.memory(bytes / 65_536).export("memory", "memory", 0)
    .func(
      number,
      `i32.const ${bytes - 1} i32.const 7 i32.store8 0 0 0 i32.const 0`,
    )
    .func(number, `i32.const ${bytes - 1} i32.load8_u 0 0 0`);
  builder.export("mark", "function", 0).export("last", "function", 1);
  await using sandbox = new ToolSandbox({ maxMemoryBytes: 2 * bytes });
  const module = await sandbox.loadModule(builder.build());
  const init = [{ export: "mark" }];
  const snapshot = await sandbox.snapshot(module, { init });
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 4; i++) {
    assertEquals(await sandbox.execute(snapshot, "last", []), [7]);
  }
  const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert(grown < 128, `the process grew by ${Math.round(grown)} MiB`);
});

Deno.test("Tables of any element and address are put back", async () => {
  for (const element of ["funcref", "externref"] as const) {
    for (const index64 of [false, true]) {
      const builder = new ModuleBuilder();
      const number = builder.type([], ["i32"]);
      const address = index64 ? "i64.const" : "i32.const";
      builder.table(element, 2, 8, index64)
        .func(
          number,
          `ref.null ${element} ${address} 3 table.grow 0 drop
           ${address} 0 ref.null ${element} table.set 0 i32.const 5`,
        )
        .func(number, `table.size 0 ${index64 ? "i32.wrap_i64" : ""}`);
      builder.export("change", "function", 0).export("size", "function", 1);
      await using sandbox = new ToolSandbox({ maxWorkers: 1 });
      const module = await sandbox.loadModule(builder.build());
      const init = [{ export: "change" }];
      const grown = await sandbox.snapshot(module, { init });
      const bytes = await grown.toBytes();
      const snapshots = [
        [await sandbox.snapshot(module), 2],
        [grown, 5],
        [await sandbox.loadSnapshot(module, bytes), 5],
      ] as const;
      for (const [snapshot, size] of snapshots) {
        for (let i = 0; i < 3; i++) {
          assertEquals(await sandbox.execute(snapshot, "size", []), [size]);
          await sandbox.execute(snapshot, "change", []);
        }
      }
    }
  }
});
