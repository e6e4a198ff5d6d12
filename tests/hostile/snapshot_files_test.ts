/** Files of snapshots are anybody's: what is wrong with them is refused. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExecutionFailed, ToolSandbox } from "../../mod.ts";
import { deflate } from "../../src/tool/snapshot/packed_bytes.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { lettersGuest } from "../tool/session/letters_guest.ts";
import { snapshotGuest } from "./snapshot_guest.ts";

const HEAD_BYTES = 40;

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** A file's description, and the bytes behind it. */
interface Parts {
  head: Record<string, unknown>;
  rest: Uint8Array<ArrayBuffer>;
}

async function unpack(file: Uint8Array<ArrayBuffer>): Promise<Parts> {
  const stream = new Blob([file.subarray(HEAD_BYTES)]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  const contents = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(contents.buffer).getUint32(0, true);
  const json = new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(contents.subarray(4, 4 + length));
  return { head: JSON.parse(json), rest: contents.slice(4 + length) };
}

/** A file with a right checksum, whatever is in it. */
async function pack(
  { head, rest }: { head: unknown; rest: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(Uint32Array.of(json.length).buffer);
  const contents = joined([length, json, rest]);
  return await seal(await deflate([contents]));
}

/** Packed bytes with the right checksum. */
async function seal(
  packed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", packed));
  return joined([new TextEncoder().encode("ctxsnp\x02\x00"), hash, packed]);
}

Deno.test("A snapshot's file is read in another sandbox, and nothing else is", async () => {
  await using sandbox = new ToolSandbox();
  await using other = new ToolSandbox();
  const bytes = snapshotGuest();
  const module = await sandbox.loadModule(bytes);
  const init = [{ export: "setup" }];
  const snapshot = await sandbox.snapshot(module, { init });
  const file = await snapshot.toBytes();
  const again = await other.loadModule(snapshotGuest());
  const loaded = await other.loadSnapshot(again, file);
  assertEquals(
    await other.execute(loaded, "tell", []),
    await sandbox.execute(snapshot, "tell", []),
  );
  const refused = (hostile: Uint8Array, message: string) =>
    assertRejects(
      () => sandbox.loadSnapshot(module, hostile),
      ExecutionFailed,
      message,
    );
  await refused(new Uint8Array(), "is not a snapshot");
  await refused(file.subarray(1), "is not a snapshot");
  await refused(file.subarray(0, HEAD_BYTES), "is not a snapshot");
  for (const at of [6, 7]) {
    await refused(file.with(at, 0x77) as Uint8Array, "its form is");
  }
  await refused(await seal(file), "cannot be unpacked");
  for (let end = HEAD_BYTES + 1; end < file.length; end += 13) {
    await refused(file.subarray(0, end), "Cannot load snapshot");
  }
  for (let at = HEAD_BYTES; at < file.length; at += 7) {
    const changed = file.with(at, file[at]! ^ 0x55) as Uint8Array;
    await refused(changed, "Cannot load snapshot");
  }
});

Deno.test("A snapshot's file is held to its module, engine and limits", async () => {
  await using sandbox = new ToolSandbox({ maxMemoryBytes: 2 ** 20 });
  const module = await sandbox.loadModule(snapshotGuest());
  const snapshot = await sandbox.snapshot(module);
  const parts = await unpack(await snapshot.toBytes());
  const refused = async (
    change: Record<string, unknown>,
    message: string,
    rest: Uint8Array = parts.rest,
  ) =>
    await assertRejects(
      async () =>
        await sandbox.loadSnapshot(
          module,
          await pack({ head: { ...parts.head, ...change }, rest }),
        ),
      ExecutionFailed,
      message,
    );
  assert(await sandbox.loadSnapshot(module, await pack(parts)));
  await refused({ sha256: "00" }, "is of another module");
  await refused({ engine: "1.2.3" }, 'was taken with V8 "1.2.3"');
  await refused({ globals: 1 }, "globals are not those");
  await refused({ tables: [] }, "tables are not those");
  await refused({ memories: [] }, "memories are not those");
  const memories = parts.head["memories"] as { pages: number; runs: number }[];
  const other = (change: object) => ({
    memories: [{ ...memories[0], ...change }, memories[1]],
  });
  await refused(other({ pages: 1 }), "memories are not those");
  await refused(other({ pages: 2 ** 40 }), "memories are not those");
  await refused(other({ pages: 16 }), "memories and tables take");
  await refused(other({ runs: 1 }), "not that of a snapshot");
  await refused(other({ runs: 2 ** 40 }), "ends too early");
  await refused({ tables: [2 ** 30] }, "tables are not those");
  await refused({ tables: [65] }, "tables are not those");
  await refused({ tables: [3] }, "tables are not those");
  await refused({ tables: [64] }, "");
  await refused({ hostDirectories: ["/etc"] }, "other host directories");
  await assertRejects(
    async () => {
      const hostDirectories = new Array(10_000).fill("/etc");
      const head = { ...parts.head, hostDirectories };
      await sandbox
        .loadSnapshot(module, await pack({ head, rest: parts.rest }))
        .catch((error) => {
          assert(error.message.length < 1000);
          throw error;
        });
    },
    ExecutionFailed,
  );
  await refused({ monotonicMs: 1e300 }, "not that of a snapshot");
  await refused({ scratch: [] }, "not that of a snapshot");
  await refused({ head: null, globals: "x" }, "not that of a snapshot");
  const directory = {
    guest: "/x",
    maxBytes: 2 ** 40,
    base: "",
    files: [],
    removed: [],
  };
  await refused({ directories: [directory] }, "directories may hold");
  await refused({
    directories: [{ ...directory, maxBytes: 1, files: [["a", 2 ** 40]] }],
  }, "ends too early");
  const named = (guest: string) => ({ ...directory, guest, maxBytes: 1 });
  for (const guest of ["", "x", "/x/", "/x/../y", "/\0", "/./x"]) {
    await refused({ directories: [named(guest)] }, "it has no directory");
  }
  await refused({ directories: [named("/x"), named("/x")] }, "or two, at");
  await refused({
    directories: Array.from({ length: 2000 }, (_, i) => named(`/${i}`)),
  }, "limit of descriptors");
  await refused({
    directories: [{ ...named("/x"), base: "0".repeat(64) }],
  }, "is granted with other files");
  await refused({
    directories: [{ ...named("/x"), removed: new Array(70_000).fill("") }],
  }, "not that of a snapshot");
  await refused(
    {},
    "longer than it says",
    joined([parts.rest, parts.rest]),
  );
  await refused({ pad: "x".repeat(5 * 2 ** 20) }, "description has");
});

Deno.test("A snapshot's file that unpacks to more than the limits allow is refused", async () => {
  await using sandbox = new ToolSandbox({ maxMemoryBytes: 2 ** 20 });
  const module = await sandbox.loadModule(snapshotGuest());
  const bomb = await seal(await deflate([new Uint8Array(2 ** 29)]));
  const before = Deno.memoryUsage().rss;
  await assertRejects(
    () => sandbox.loadSnapshot(module, bomb),
    ExecutionFailed,
    "larger than",
  );
  assert(Deno.memoryUsage().rss - before < 256 * 2 ** 20);
  await assertRejects(
    () => sandbox.loadSnapshot(module, new Uint8Array(2 ** 25)),
    ExecutionFailed,
    "it has 33554432 bytes, limit is",
  );
});

Deno.test("A snapshot's file that is changed while it is read is what it was", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(snapshotGuest());
  const init = [{ export: "setup" }];
  const snapshot = await sandbox.snapshot(module, { init });
  const file = await snapshot.toBytes();
  const loading = sandbox.loadSnapshot(module, file);
  file.fill(0);
  assertEquals(
    await sandbox.execute(await loading, "tell", []),
    await sandbox.execute(snapshot, "tell", []),
  );
});

Deno.test("A snapshot is refused where granted files are others", async () => {
  const withFiles = (files: Record<string, string>) =>
    new ToolSandbox({ memoryDirectories: { "/work": { files } } });
  await using sandbox = withFiles({ a: "1", b: "2" });
  const module = await sandbox.loadModule(lettersGuest());
  const snapshot = await sandbox.snapshot(module);
  const file = await snapshot.toBytes();
  for (const files of [{ a: "1" }, { a: "1", b: "3" }, { a: "2", b: "1" }]) {
    await using other = withFiles(files as unknown as Record<string, string>);
    const again = await other.loadModule(lettersGuest());
    await assertRejects(
      () => other.loadSnapshot(again, file),
      ExecutionFailed,
      '"/work" is granted with other files than it was',
    );
  }
  await using same = withFiles({ b: "2", a: "1" });
  const again = await same.loadModule(lettersGuest());
  const loaded = await same.loadSnapshot(again, file);
  assertEquals(await same.execute(loaded, "get", [97]), [49]);
});

Deno.test("A large snapshot is written and read in between what others do", async () => {
  const builder = new ModuleBuilder();
  const number = builder.type(["i32"], ["i32"]);
  const bytes = 48 * 2 ** 20;
  // Numbers that do not compress, so that there is work to do.
  builder.memory(bytes / 65_536).export("memory", "memory", 0)
    .func(
      builder.type([], []),
      `loop void
         local.get 0
         local.get 1 i64.const 6364136223846793005 i64.mul
         i64.const 1442695040888963407 i64.add local.tee 1
         i64.store 0 0 3
         local.get 0 i32.const 8 i32.add local.tee 0
         i32.const ${bytes} i32.lt_u br_if 0
       end`,
      ["i32", "i64"],
    )
    .func(number, "local.get 0 i32.load 0 0 0");
  builder.export("fill", "function", 0).export("at", "function", 1);
  await using sandbox = new ToolSandbox({ maxExecutionTime: 20_000 });
  const module = await sandbox.loadModule(builder.build());
  const init = [{ export: "fill" }];
  const snapshot = await sandbox.snapshot(module, { init });
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const file = await snapshot.toBytes();
  const loaded = await sandbox.loadSnapshot(module, file);
  clearInterval(timer);
  const at = [bytes - 4];
  assertEquals(
    await sandbox.execute(loaded, "at", at),
    await sandbox.execute(snapshot, "at", at),
  );
  assert(longest < 250, `the event loop stood still for ${longest} ms`);
});

Deno.test("A table of a file that names what is not there holds nothing", async () => {
  await using sandbox = new ToolSandbox();
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  builder.table("funcref", 2, 4).activeElements(0, [0])
    .func(number, "i32.const 7")
    .func(number, "i32.const 0 call_indirect 0 0")
    .func(
      number,
      "i32.const 1 i32.const 0 table.get 0 table.set 0 i32.const 0",
    );
  builder.export("call", "function", 1).export("set", "function", 2);
  const module = await sandbox.loadModule(builder.build());
  const snapshot = await sandbox.snapshot(module);
  const parts = await unpack(await snapshot.toBytes());
  const rest = parts.rest.slice();
  new DataView(rest.buffer).setInt32(0, -1000, true);
  const hostile = await pack({ head: parts.head, rest });
  const loaded = await sandbox.loadSnapshot(module, hostile);
  const result = await sandbox.call(loaded, "call", []);
  assert(!result.ok && /null|signature|table/.test(result.error.message));
  assertEquals(await sandbox.execute(snapshot, "call", []), [7]);
});
