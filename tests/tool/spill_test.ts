import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type OverlayLimits, ToolSandbox } from "../../mod.ts";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { CREATE_NEW, FileProgram } from "../hostile/file_program.ts";
import { LARGE_BYTES, MEMORY_BYTES, SpillGround } from "./spill_ground.ts";

describe("An overlay with a spill folder", () => {
  it("holds more than its memory, and commits all of it", async () => {
    await using ground = new SpillGround();
    const result = await ground.copies("large", "copy");
    assertEquals(
      result.changes.list.map(({ path, sizeAfter }) => [path, sizeAfter]),
      [["/work/copy", LARGE_BYTES]],
    );
    const [file, ...others] = ground.spilled();
    assert(file !== undefined && others.length === 0);
    const { size, mode } = Deno.statSync(file);
    assert(size >= LARGE_BYTES - 2 * MEMORY_BYTES, `${size} bytes`);
    assertEquals(mode! & 0o777, 0o600);
    assert((await result.changes.diff()).includes("4194304 after"));
    assertEquals((await result.changes.commit()).ok, true);
    assertEquals(Deno.readFileSync(`${ground.host}/copy`), ground.large);
    assertEquals(ground.spilled(), []);
  });

  it("is read back by calls that share it, and dropped", async () => {
    await using ground = new SpillGround();
    const overlay = ground.sandbox.overlay();
    const first = await ground.copies("large", "a", { overlay });
    // What the first call spilled is needed, whatever becomes of its result.
    first.changes.list;
    await ground.copies("a", "b", { overlay });
    await ground.copies("b", "a", { overlay });
    assertEquals((await overlay.commit({ only: ["/work/b"] })).ok, true);
    assertEquals(Deno.readFileSync(`${ground.host}/b`), ground.large);
    await ground.copies("large", "c", { overlay });
    await overlay.drop();
    assertEquals(
      [...Deno.readDirSync(ground.host)].map(({ name }) => name).sort(),
      ["b", "large"],
    );
    first.changes.drop();
  });

  it("leaves nothing once all is settled, or the sandbox is closed", async () => {
    await using ground = new SpillGround();
    const one = await ground.copies("large", "a");
    const two = await ground.copies("large", "b");
    assertEquals(ground.spilled().length, 2);
    one.changes.drop();
    assertEquals(ground.spilled().length, 1);
    assertEquals((await two.changes.commit()).ok, true);
    assertEquals(ground.spilled(), []);
    await ground.copies("large", "c");
    assertEquals(ground.spilled().length, 1);
    await ground.sandbox.close();
    assertEquals(ground.left(), []);
  });

  it("says ENOSPC beyond its whole limit, on the disk too", async () => {
    await using ground = new SpillGround({ maxBytes: LARGE_BYTES - 1 });
    const { exitCode, changes } = await ground.tries("large", "copy");
    assert(exitCode !== 0);
    const disk = ground.spilled()
      .reduce((sum, path) => sum + Deno.statSync(path).size, 0);
    assert(disk <= LARGE_BYTES, `${disk} bytes`);
    assert(changes.list.every(({ sizeAfter }) => sizeAfter! < LARGE_BYTES));
  });

  it("uses again what was freed: writing anew takes no more disk", async () => {
    await using ground = new SpillGround({ maxBytes: LARGE_BYTES });
    const program = new FileProgram();
    program.open(program.text("x"), CREATE_NEW);
    program.loop(50, () => {
      program.call("fd_seek", program.opened, 0n, 0, 1024);
      program.write(1024 * 1024);
    });
    const module = await ground.sandbox.loadModule(program.build());
    const { exitCode } = await ground.sandbox.run(module);
    assertEquals(exitCode, Errno.SUCCESS);
    const [file] = ground.spilled();
    assert(file !== undefined);
    const { size } = Deno.statSync(file);
    assert(size <= 2 * 1024 * 1024, `${size} bytes`);
  });

  it("is a session's, from call to call, and in what is forked", async () => {
    await using ground = new SpillGround();
    const program = new FileProgram();
    const text = program.text("x");
    program.step("make", () => {
      program.open(text, CREATE_NEW).write(1024 * 1024).close();
    });
    program.step("extend", () => {
      program.open(text, 0, 1).write(1024 * 1024).close();
    });
    const module = await ground.sandbox.loadModule(program.build());
    await using session = await ground.sandbox.session(module);
    assertEquals(await session.execute("make"), [0]);
    await using fork = await session.fork();
    const extended = await session.call("extend");
    assertEquals(extended.changes.list[0]?.sizeAfter, 2 * 1024 * 1024);
    const forked = await fork.call("extend");
    assertEquals((await forked.changes.commit()).ok, true);
    assertEquals(Deno.statSync(`${ground.host}/x`).size, 2 * 1024 * 1024);
    // From here on it is the folder's file that the session extends.
    extended.changes.drop();
    const { changes } = await session.call("extend");
    assertEquals(changes.list[0]?.sizeAfter, 3 * 1024 * 1024);
  });
});

describe("spill options", () => {
  it("are refused where they are impossible", () => {
    const refused = (overlay: Partial<OverlayLimits>, message: string) =>
      assertThrows(
        () =>
          new ToolSandbox({
            allowedPaths: { "/work": { host: ".", overlay } },
          }),
        Error,
        message,
      );
    refused({ maxMemoryBytes: 1 }, "needs a spillDirectory");
    refused({ spillDirectory: "" }, "overlay spillDirectory");
    refused({ spillDirectory: "x", maxMemoryBytes: -1 }, "maxMemoryBytes");
    refused({ maxBytes: 2 ** 30 }, "overlay maxBytes");
  });
});
