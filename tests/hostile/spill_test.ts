/**
 * What overlays spill is carried out later, in a person's folder: no guest may
 * reach it, and what is read back is looked at as if somebody had changed it.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { PermissionDenied, ToolSandbox } from "../../mod.ts";
import { LARGE_BYTES, OWN, SpillGround } from "../tool/spill_ground.ts";
import { CREATE_NEW, FileProgram, FOLDER } from "./file_program.ts";

Deno.test("A spill folder that a guest is granted is refused, however it is reached", async () => {
  await using ground = new SpillGround();
  const inside = `${ground.host}/inside`;
  Deno.mkdirSync(inside, { mode: 0o700 });
  Deno.symlinkSync(inside, `${ground.base}/link`);
  for (const spillDirectory of [inside, ground.host, `${ground.base}/link`]) {
    assertThrows(
      () => ground.open({ spillDirectory }),
      PermissionDenied,
      "Cannot use spillDirectory",
    );
    assertEquals([...Deno.readDirSync(`${spillDirectory}/${OWN}`)], []);
  }
  // One that is in use can't be granted, nor anything in it.
  const [folder] = [...Deno.readDirSync(`${ground.spill}/${OWN}`)]
    .filter(({ isDirectory }) => isDirectory);
  for (const host of [OWN, `${OWN}/${folder!.name}`]) {
    assertThrows(
      () =>
        new ToolSandbox({ allowedPaths: { "/x": `${ground.spill}/${host}` } }),
      PermissionDenied,
      "reserved for the sandbox",
    );
  }
});

Deno.test("A guest that is granted the folder of a spill folder later can't touch it", async () => {
  await using ground = new SpillGround();
  const result = await ground.copies("large", "copy");
  const before = ground.spilled();
  await using other = new ToolSandbox({
    allowedPaths: { "/x": { host: ground.spill, write: true } },
  });
  for (
    const attack of [
      (p: FileProgram) => p.open(p.text(OWN)),
      (p: FileProgram) => p.open(p.text(OWN.toUpperCase())),
      (p: FileProgram) =>
        p.call(
          "path_rename",
          ...[FOLDER, ...p.text(OWN)],
          ...[FOLDER, ...p.text("y")],
        ),
      (p: FileProgram) =>
        p.call("path_remove_directory", FOLDER, ...p.text(OWN)),
    ]
  ) {
    const program = new FileProgram();
    attack(program);
    const module = await other.loadModule(program.build());
    const { exitCode } = await other.run(module);
    assert(exitCode !== 0);
  }
  assertEquals(ground.spilled(), before);
  assertEquals((await result.changes.commit()).ok, true);
});

Deno.test("A spill folder that others may write to, or a link, is refused", async () => {
  await using ground = new SpillGround();
  const planted = `${ground.base}/planted`;
  const refused = (why: string) =>
    assertThrows(
      () => ground.open({ spillDirectory: planted }),
      TypeError,
      why,
    );
  Deno.mkdirSync(planted);
  Deno.chmodSync(planted, 0o777);
  refused("others may write in");
  Deno.chmodSync(planted, 0o700);
  Deno.symlinkSync(ground.host, `${planted}/${OWN}`);
  refused("is not a folder");
  Deno.removeSync(`${planted}/${OWN}`);
  Deno.mkdirSync(`${planted}/${OWN}`, { mode: 0o700 });
  Deno.chmodSync(`${planted}/${OWN}`, 0o755);
  refused("make its mode 700");
});

Deno.test("What was spilled and is not what was written is not committed", async () => {
  const attacks: Record<string, (path: string, ground: SpillGround) => void> = {
    "other bytes": (path) => {
      using file = Deno.openSync(path, { write: true });
      file.seekSync(LARGE_BYTES / 2, Deno.SeekMode.Start);
      file.writeSync(new Uint8Array(1));
      file.writeSync(new Uint8Array(64).fill(7));
    },
    "fewer bytes": (path) => Deno.truncateSync(path, LARGE_BYTES / 2),
    "nothing": (path) => Deno.removeSync(path),
    "a link": (path, { base }) => {
      Deno.renameSync(path, `${base}/moved`);
      Deno.symlinkSync(`${base}/moved`, path);
    },
    "a file with another name": (path, { base }) =>
      Deno.linkSync(path, `${base}/other`),
    "a file that others may write": (path) => Deno.chmodSync(path, 0o666),
    "a pipe": (path) => {
      Deno.removeSync(path);
      const made = new Deno.Command("mkfifo", { args: [path] }).outputSync();
      assert(made.success);
    },
  };
  await using ground = new SpillGround();
  for (const [name, attack] of Object.entries(attacks)) {
    const { changes } = await ground.copies("large", "copy");
    const [path] = ground.spilled();
    attack(path!, ground);
    const { ok, began, conflicts } = await changes.commit();
    assertEquals([ok, began], [false, false], name);
    assertEquals(conflicts.map(({ path }) => path), ["/work/copy"], name);
    assert(conflicts[0]?.reason.includes("can't be read"), name);
    assertEquals([...Deno.readDirSync(ground.host)].length, 1, name);
    changes.drop();
    assertEquals(ground.spilled(), [], name);
  }
});

Deno.test("A call that is stopped while it spills leaves nothing", async () => {
  await using ground = new SpillGround();
  const program = new FileProgram();
  program.open(program.text("x"), CREATE_NEW).write(LARGE_BYTES);
  program.code("loop void br 0 end");
  const module = await ground.sandbox.loadModule(program.build());
  const result = await ground.sandbox.run(module, { timeout: 3_000 });
  assertEquals(result.ok, false);
  result.changes.isEmpty || result.changes.drop();
  // Its thread may have gone on for a moment; the next call tidies up.
  (await ground.copies("large", "copy")).changes.drop();
  assertEquals(ground.spilled(), []);
});

Deno.test("What a process left that was killed is removed, and what others use is not", async () => {
  await using ground = new SpillGround();
  const { changes } = await ground.copies("large", "mine");
  const script = new URL("./spill_process.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ground.host, ground.spill],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  assertEquals(ground.spilled().length, 2);
  // While it runs, nobody takes what it has.
  await ground.open().close();
  assertEquals(ground.spilled().length, 2);
  child.kill("SIGKILL");
  await child.status;
  assertEquals(ground.spilled().length, 2);
  // Nothing that was planted is followed.
  const outside = `${ground.base}/outside`;
  Deno.mkdirSync(outside);
  Deno.writeTextFileSync(`${outside}/kept`, "kept");
  const id = crypto.randomUUID();
  Deno.symlinkSync(outside, `${ground.spill}/${OWN}/${id}`);
  Deno.writeTextFileSync(`${ground.spill}/${OWN}/${id}.lock`, "", {
    mode: 0o600,
  });
  await ground.open().close();
  assertEquals(ground.spilled().length, 1);
  assertEquals(Deno.readTextFileSync(`${outside}/kept`), "kept");
  assertEquals((await changes.commit()).ok, true);
});
