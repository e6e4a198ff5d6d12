import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  type AllowedPathOptions,
  type CallRecord,
  type RunOptions,
  type RunResult,
  type SandboxSession,
  type SessionOptions,
  ToolSandbox,
} from "../../mod.ts";
import { CREATE_OR_CUT, FileProgram, FOLDER } from "../hostile/file_program.ts";
import { Errno } from "../../src/imports/wasi/errno.ts";
import {
  changeOf,
  OverlayGround,
  removes,
  renames,
  writes,
} from "./overlay_ground.ts";

const FILES = { "a.txt": "one\ntwo\n", "d/b.txt": "b", "old.txt": "old" };

describe("A folder with an overlay", () => {
  it("stays as it is, and tells what changed", async () => {
    await using ground = new OverlayGround(FILES);
    const result = await ground.run((p) => {
      writes(p, "a.txt", "one\n2\n");
      writes(p, "new.txt", "new");
      renames(p, "d", "e");
      writes(p, "e/c.txt", "c");
      return removes(p, "old.txt");
    });
    assertEquals(ground.files(), FILES);
    assertEquals(
      result.changes.list.map(({ kind, path, from }) => [kind, path, from]),
      [
        ["modified", "/work/a.txt", undefined],
        ["renamed", "/work/e", "/work/d"],
        ["created", "/work/e/c.txt", undefined],
        ["created", "/work/new.txt", undefined],
        ["removed", "/work/old.txt", undefined],
      ],
    );
    const { sizeBefore, sizeAfter } = changeOf(result, "/work/a.txt");
    assertEquals([sizeBefore, sizeAfter], [8, 6]);
    assertEquals(
      result.changes.summary(),
      `1 removed, 1 renamed, 1 modified, 2 created
  modified /work/a.txt (8 to 6 bytes)
  renamed directory /work/d to /work/e
  created /work/e/c.txt (1 bytes)
  created /work/new.txt (3 bytes)
  removed /work/old.txt (3 bytes)
`,
    );
    assertEquals(
      await result.changes.diff({ only: ["/work/a.txt", "/work/old.txt"] }),
      `modified a.txt
--- a/a.txt
+++ b/a.txt
@@ -1,2 +1,2 @@
 one
-two
+2
removed old.txt
--- a/old.txt
+++ /dev/null
@@ -1,1 +0,0 @@
-old
\\ No newline at end of file
`,
    );
  });

  it("is changed by a commit, and keeps modes", async () => {
    await using ground = new OverlayGround(FILES);
    Deno.chmodSync(`${ground.host}/a.txt`, 0o751);
    const result = await ground.run((p) => {
      writes(p, "a.txt", "A");
      renames(p, "d", "e");
      writes(p, "e/c.txt", "c");
      const [target, place] = [p.text("a.txt"), p.text("link")];
      p.call("path_symlink", ...target, FOLDER, ...place);
      return removes(p, "old.txt");
    });
    assertEquals(await result.changes.commit(), {
      ok: true,
      conflicts: [],
      began: true,
      leftovers: [],
    });
    assertEquals(ground.files(), {
      "a.txt": "A",
      "e/b.txt": "b",
      "e/c.txt": "c",
      link: "-> a.txt",
    });
    assertEquals(Deno.statSync(`${ground.host}/a.txt`).mode! & 0o777, 0o751);
    await assertRejects(() => result.changes.commit(), TypeError, "committed");
  });

  it("keeps what only names, and drops the rest", async () => {
    await using ground = new OverlayGround(FILES);
    const result = await ground.run((p) => {
      writes(p, "a.txt", "A");
      renames(p, "d", "e");
      writes(p, "e/c.txt", "c");
      renames(p, "old.txt", "e/old.txt");
      return writes(p, "e/old.txt", "changed");
    });
    const { ok } = await result.changes.commit({ only: ["/work/e/c.txt"] });
    assertEquals(ok, true);
    assertEquals(ground.files(), { ...FILES, "d/c.txt": "c" });
  });

  it("is not changed when the changes are dropped", async () => {
    await using ground = new OverlayGround(FILES);
    const result = await ground.run((p) => removes(p, "a.txt"));
    result.changes.drop();
    assertEquals(ground.files(), FILES);
    await assertRejects(() => result.changes.commit(), TypeError, "dropped");
    assertThrows(() => result.changes.drop(), TypeError, "dropped");
  });

  it("is not changed at all when something changed underneath", async () => {
    for (
      const meddle of [
        (host: string) => Deno.writeTextFileSync(`${host}/a.txt`, "meddled!"),
        (host: string) => {
          // The same size and time: only the bytes tell.
          const { mtime } = Deno.statSync(`${host}/a.txt`);
          Deno.writeTextFileSync(`${host}/a.txt`, "ONE\nTWO\n");
          Deno.utimeSync(`${host}/a.txt`, mtime!, mtime!);
        },
        (host: string) => Deno.removeSync(`${host}/a.txt`),
        (host: string) => {
          Deno.removeSync(`${host}/a.txt`);
          Deno.symlinkSync("/etc/passwd", `${host}/a.txt`);
        },
      ]
    ) {
      await using ground = new OverlayGround(FILES);
      const result = await ground.run((p) => {
        writes(p, "new.txt", "new");
        const text = p.text("a.txt");
        return p.open(text).fill("X").write(1).close();
      });
      meddle(ground.host);
      const before = ground.files();
      const report = await result.changes.commit();
      assertEquals([report.ok, report.began], [false, false]);
      assertEquals(report.conflicts.map(({ path }) => path), ["/work/a.txt"]);
      assertEquals(ground.files(), before);
      // What is not in conflict can still be kept.
      const kept = await result.changes.commit({ only: ["/work/new.txt"] });
      assertEquals(kept.ok, true);
      assertEquals(ground.files(), { ...before, "new.txt": "new" });
    }
  });

  it("names what was made meanwhile where something was to be made", async () => {
    await using ground = new OverlayGround(FILES);
    const result = await ground.run((p) => writes(p, "new.txt", "mine"));
    Deno.writeTextFileSync(`${ground.host}/new.txt`, "theirs");
    const { conflicts } = await result.changes.commit();
    assertEquals(conflicts, [{
      path: "/work/new.txt",
      reason: "something else was created under this name",
    }]);
    assertEquals(ground.files()["new.txt"], "theirs");
  });

  it("says ENOSPC when more is written than it holds", async () => {
    const limits = { maxBytes: 10, maxEntries: 4 };
    await using ground = new OverlayGround(FILES, limits);
    const tooLong = await ground.sandbox.run(
      await ground.sandbox.loadModule(
        writes(new FileProgram(), "x", "01234567890").build(),
      ),
    );
    assertEquals(tooLong.exitCode, Errno.NOSPC);
    const program = new FileProgram();
    program.loop(
      9,
      () => program.open(program.numbered, CREATE_OR_CUT).close(),
    );
    const module = await ground.sandbox.loadModule(program.build());
    const { exitCode, changes } = await ground.sandbox.run(module);
    assertEquals(exitCode, Errno.NOSPC);
    assertEquals(changes.list.length, 4);
  });

  it("is seen by one call after the other that share it", async () => {
    await using ground = new OverlayGround(FILES);
    const overlay = ground.sandbox.overlay();
    await ground.run((p) => writes(p, "x", "1"), { overlay });
    const [second, third] = await Promise.all([
      ground.run((p) => renames(p, "x", "y"), { overlay }),
      ground.run((p) => renames(p, "y", "z"), { overlay }),
    ]);
    assertEquals(second.changes.list.map(({ path }) => path), ["/work/y"]);
    assertEquals(third.changes.list.map(({ path }) => path), ["/work/z"]);
    // A call without it starts from the folder.
    const apart = await ground.run((p) => writes(p, "x", "other"));
    assertEquals(apart.changes.list.map(({ path }) => path), ["/work/x"]);
    assertEquals((await overlay.commit()).ok, true);
    assert(overlay.changes.isEmpty);
    assertEquals(ground.files(), { ...FILES, z: "1" });
    await ground.run((p) => removes(p, "z"), { overlay });
    await overlay.drop();
    assertEquals(ground.files(), { ...FILES, z: "1" });
  });

  it("tells the changes of a call that failed too", async () => {
    await using ground = new OverlayGround(FILES);
    const program = writes(new FileProgram(), "x", "1").code("unreachable");
    const module = await ground.sandbox.loadModule(program.build());
    const result = await ground.sandbox.run(module);
    assertEquals(result.ok, false);
    assertEquals(result.changes.list.map(({ path }) => path), ["/work/x"]);
  });
});

describe("overlay options", () => {
  it("are refused where they are impossible", async () => {
    for (
      const [grant, message] of [
        [{ overlay: true, write: true }, "leave out write"],
        [{ overlay: { bytes: 1 } }, '"bytes"'],
        [{ overlay: { maxBytes: -1 } }, "overlay maxBytes"],
        [{ overlay: { maxEntries: 0 } }, "overlay maxEntries"],
      ] as const
    ) {
      const paths = { "/work": { host: ".", ...grant as object } };
      assertThrows(
        () => new ToolSandbox({ allowedPaths: paths }),
        Error,
        message,
      );
    }
    await using plain = new ToolSandbox();
    assertThrows(() => plain.overlay(), TypeError, "no folder is granted");
    await using ground = new OverlayGround({});
    const overlay = ground.sandbox.overlay();
    await using other = new OverlayGround({});
    await assertRejects(
      () => other.run((p) => p, { overlay }),
      TypeError,
      "another sandbox",
    );
    await assertRejects(
      () => other.run((p) => p, { overlay: {} as never }),
      TypeError,
      "Cannot set overlay",
    );
  });
});

describe("An overlay of one call", () => {
  const change = (p: FileProgram) => {
    writes(p, "a.txt", "new");
    return removes(p, "old.txt");
  };

  async function run(
    host: string,
    grant: AllowedPathOptions,
    options: RunOptions,
  ): Promise<RunResult> {
    await using sandbox = new ToolSandbox({
      maxWorkers: 1,
      allowedPaths: { "/work": { host, ...grant } },
    });
    const program = change(new FileProgram());
    const module = await sandbox.loadModule(program.build());
    const result = await sandbox.run(module, options);
    if (!result.changes.isEmpty) await result.changes.commit();
    return result;
  }

  it("holds what the call changes in a folder to write", async () => {
    await using ground = new OverlayGround(FILES);
    const { host } = ground;
    await using sandbox = new ToolSandbox({
      maxWorkers: 1,
      allowedPaths: { "/work": { host, write: true } },
    });
    const program = change(new FileProgram());
    const module = await sandbox.loadModule(program.build());
    const layered = await sandbox.run(module, { overlay: true });
    assertEquals([layered.ok, layered.exitCode], [true, 0]);
    assertEquals(layered.changes.list.length, 2);
    assertEquals(ground.files(), FILES);
    // The next call has none, and works on the folder itself.
    const plain = await sandbox.run(module, { overlay: false });
    assertEquals([plain.exitCode, plain.changes.isEmpty], [0, true]);
    assertEquals(ground.files(), { "a.txt": "new", "d/b.txt": "b" });
  });

  it("is committed as any other", async () => {
    await using ground = new OverlayGround(FILES);
    await run(ground.host, { write: true }, { overlay: true });
    assertEquals(ground.files(), { "a.txt": "new", "d/b.txt": "b" });
  });

  it("never gives more than the sandbox was given", async () => {
    await using ground = new OverlayGround(FILES);
    const { host } = ground;
    await assertRejects(
      () => run(host, {}, { overlay: true }),
      TypeError,
      "no folder is granted to write",
    );
    await using other = new OverlayGround(FILES);
    await using sandbox = new ToolSandbox({
      maxWorkers: 1,
      allowedPaths: {
        "/work": host,
        "/other": { host: other.host, write: true },
      },
    });
    const program = change(new FileProgram());
    const module = await sandbox.loadModule(program.build());
    const result = await sandbox.run(module, { overlay: true });
    assertEquals(result.exitCode, Errno.NOTCAPABLE);
    assertEquals(result.changes.list, []);
    assertEquals(ground.files(), FILES);
  });
});

describe("A session's overlay", () => {
  const steps = (p: FileProgram) =>
    p.step("one", () => writes(p, "one", "1"))
      .step("two", () => writes(p, "two", "2"))
      .step("hold", () => {
        p.open(p.text("a.txt"), 0).fill("H").write(1);
      })
      .step("write_on", () => p.write(1))
      .step("fail", () => writes(p, "failed", "x").code("unreachable"));

  async function session(
    ground: OverlayGround,
    options: SessionOptions = {},
  ): Promise<SandboxSession> {
    const program = steps(new FileProgram());
    const module = await ground.sandbox.loadModule(program.build());
    return await ground.sandbox.session(module, options);
  }

  const paths = ({ changes }: CallRecord) =>
    changes.list.map(({ path }) => path);

  it("is empty after its changes were committed or dropped", async () => {
    await using ground = new OverlayGround({ "a.txt": "old" });
    await using own = await session(ground);
    const first = await own.call("one");
    assertEquals(paths(first), ["/work/one"]);
    assertEquals((await first.changes.commit()).ok, true);
    assertEquals(ground.files(), { "a.txt": "old", one: "1" });
    const second = await own.call("two");
    assertEquals(paths(second), ["/work/two"]);
    second.changes.drop();
    const third = await own.call("one");
    assertEquals(paths(third), ["/work/one"]);
    assertEquals((await third.changes.commit()).conflicts, []);
  });

  it("keeps what later calls changed when an earlier one is committed", async () => {
    await using ground = new OverlayGround({});
    await using own = await session(ground);
    const first = await own.call("one");
    await own.call("two");
    assertEquals((await first.changes.commit()).ok, true);
    assertEquals(paths(await own.call("two")), ["/work/one", "/work/two"]);
  });

  it("lets a file that was open be written no more", async () => {
    await using ground = new OverlayGround({ "a.txt": "old" });
    await using own = await session(ground);
    const { changes } = await own.call("hold");
    assertEquals((await changes.commit()).ok, true);
    assertEquals(ground.files(), { "a.txt": "Hld" });
    const result = await own.call("write_on");
    const [errno] = result.ok ? result.value : [];
    assertEquals([errno, paths(result)], [Errno.STALE, []]);
    assertEquals(ground.files(), { "a.txt": "Hld" });
  });

  it("keeps what earlier calls changed when one is rolled back", async () => {
    await using ground = new OverlayGround({});
    await using own = await session(ground, { rollback: true });
    await own.call("one");
    assertEquals((await own.call("fail")).ok, false);
    assertEquals(paths(await own.call("two")), ["/work/one", "/work/two"]);
  });
});

Deno.test("A commit sets the times that were asked for, of links and their folders too", async () => {
  await using ground = new OverlayGround({ "d/a.txt": "a" });
  const time = 1_000_000_000_000_000_000n;
  const { changes } = await ground.run((p) => {
    const [target, place] = [p.text("a.txt"), p.text("d/link")];
    p.call("path_symlink", ...target, FOLDER, ...place);
    for (const path of [p.text("d/link"), p.text("d")]) {
      p.call("path_filestat_set_times", FOLDER, 0, ...path, 0n, time, 4);
    }
    return p;
  });
  assertEquals((await changes.commit()).conflicts, []);
  for (const name of ["d/link", "d"]) {
    const { mtime } = Deno.lstatSync(`${ground.host}/${name}`);
    assertEquals([name, mtime?.getTime()], [name, 1_000_000_000_000]);
  }
});
