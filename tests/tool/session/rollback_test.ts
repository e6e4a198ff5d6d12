/** Sessions that go on from before a call that failed: what is put back. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionFailed,
  type SandboxOptions,
  type SandboxSession,
  ToolSandbox,
} from "../../../mod.ts";
import { snapshotGuest } from "../../hostile/snapshot_guest.ts";
import { ModuleBuilder } from "../../prepare/module_builder.ts";
import { lettersGuest } from "./letters_guest.ts";

const [A, B, C, D] = [97, 98, 99, 100] as const;
const NOENT = 44;

/** Opens a session that rolls back. */
async function withSession(
  options: SandboxOptions,
  files: Readonly<Record<string, Record<string, string>>> | undefined,
  act: (session: SandboxSession) => Promise<void>,
): Promise<void> {
  await using sandbox = new ToolSandbox(options);
  const module = await sandbox.loadModule(lettersGuest());
  await using session = await sandbox.session(module, {
    rollback: true,
    files,
  });
  await act(session);
}

/** A call that fails after it wrote to two files. */
async function spoil(session: SandboxSession): Promise<void> {
  for (const name of [A, D]) {
    assert(!(await session.call("spoil", [name, C])).ok);
  }
}

Deno.test("A call that fails leaves the files in memory as they were", async () => {
  const memory = { memoryDirectories: { "/work": { files: { a: "0" } } } };
  for (
    const [options, files] of [[memory, undefined], [{}, { a: "0" }]] as const
  ) {
    const brought = files && { "/work": files };
    await withSession(options, brought, async (session) => {
      assertEquals(await session.execute("get", [A]), [48]);
      for (let i = 0; i < 2; i++) {
        assertEquals(await session.execute("put", [A, B]), [0]);
        assertEquals(await session.execute("put", [B, B]), [0]);
        await spoil(session);
        assertEquals(await session.execute("get", [A]), [B]);
        assertEquals(await session.execute("get", [B]), [B]);
        assertEquals(await session.execute("get", [D]), [-NOENT]);
      }
    });
  }
});

Deno.test("A call that fails leaves overlays as they were, and a fork has them", async () => {
  const host = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${host}/a`, "0");
    const options = { allowedPaths: { "/work": { host, overlay: true } } };
    await withSession(options, undefined, async (session) => {
      assertEquals(await session.execute("put", [A, B]), [0]);
      await spoil(session);
      assertEquals(await session.execute("get", [A]), [B]);
      assertEquals(await session.execute("get", [D]), [-NOENT]);
      await using fork = await session.fork();
      assertEquals(await fork.execute("get", [A]), [B]);
      assertEquals(await fork.execute("put", [A, C]), [0]);
      assertEquals(await session.execute("get", [A]), [B]);
      const snapshot = await session.snapshot();
      await assertRejects(
        () => snapshot.toBytes(),
        ExecutionFailed,
        'Cannot write snapshot: the folder "/work" was changed in its overlay',
      );
    });
    assertEquals(await Deno.readTextFile(`${host}/a`), "0");
    await assertRejects(() => Deno.stat(`${host}/d`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
});

Deno.test("A folder that guests only read does not keep a snapshot from being written", async () => {
  const host = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${host}/a`, "0");
    const options = { allowedPaths: { "/work": { host, overlay: true } } };
    await withSession(options, undefined, async (session) => {
      assertEquals(await session.execute("get", [A]), [48]);
      assert(await (await session.snapshot()).toBytes());
    });
  } finally {
    await Deno.remove(host, { recursive: true });
  }
});

Deno.test("The state before each call is taken into the same memory", async () => {
  const bytes = 32 * 2 ** 20;
  const builder = new ModuleBuilder();
  const number = builder.type([], ["i32"]);
  builder.memory(bytes / 65_536).export("memory", "memory", 0)
    .func(
      number,
      `i32.const 0 i32.const 7 i32.const ${bytes} memory.fill 0 i32.const 1`,
    )
    .func(number, `i32.const ${bytes - 1} i32.load8_u 0 0 0`);
  builder.export("fill", "function", 0).export("last", "function", 1);
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(builder.build());
  await using session = await sandbox.session(module, { rollback: true });
  await session.execute("fill");
  await session.execute("last");
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 30; i++) {
    assertEquals(await session.execute("last"), [7]);
  }
  const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert(grown < 256, `the process grew by ${Math.round(grown)} MiB`);
});

Deno.test("A session refuses rollback where a folder could not be put back", async () => {
  const host = await Deno.makeTempDir();
  try {
    await using sandbox = new ToolSandbox({
      allowedPaths: { "/work": { host, write: true } },
    });
    const module = await sandbox.loadModule(lettersGuest());
    await assertRejects(
      () => sandbox.session(module, { rollback: true }),
      TypeError,
      'Cannot set rollback: what is written to "/work" cannot be taken back',
    );
    await using plain = await sandbox.session(module);
    assertEquals(await plain.execute("put", [A, B]), [0]);
    // A guest without files has none to put back.
    const other = await sandbox.loadModule(snapshotGuest());
    await using session = await sandbox.session(other, { rollback: true });
    assert(!(await session.call("trap")).ok);
    assertEquals(await session.execute("count"), [1]);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
});

Deno.test("A session that was not called yet forks with the files of its snapshot", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(lettersGuest());
  const files = { "/work": { a: "0" } };
  const snapshot = await sandbox.snapshot(module, { files });
  for (const brought of ["0", "1"]) {
    const files = brought === "0" ? undefined : { "/work": { a: brought } };
    await using session = await sandbox.session(snapshot, { files });
    await using fork = await session.fork();
    assertEquals(await fork.execute("get", [A]), [brought.charCodeAt(0)]);
  }
});

Deno.test("A call that leaves a descriptor open is the last that can be rolled back", async () => {
  const files = { "/work": { a: "0" } };
  await withSession({}, files, async (session) => {
    assertEquals(await session.execute("hold", [A]), [0]);
    await assertRejects(
      () => session.execute("get", [A]),
      ExecutionFailed,
      "Cannot make a call that could be rolled back: descriptor 5 was opened",
    );
  });
});
