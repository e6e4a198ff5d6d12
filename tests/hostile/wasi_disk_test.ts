import { assertEquals, assertLess } from "@std/assert";
import { join } from "@std/path";
import {
  type RunOptions,
  SandboxConfig,
  type SandboxConfigBuilder,
  ToolSandbox,
} from "../../mod.ts";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { CREATE, FileProgram, FOLDER } from "./file_program.ts";

async function withFolder(
  configure: (b: SandboxConfigBuilder) => SandboxConfigBuilder,
  use: (sandbox: ToolSandbox, host: string) => Promise<void>,
): Promise<void> {
  const host = await Deno.makeTempDir();
  try {
    const builder = SandboxConfig.builder().maxWorkers(1)
      .allowedPath("/g", host, { write: true });
    await using sandbox = new ToolSandbox(configure(builder).build());
    await use(sandbox, host);
    assertEquals(sandbox.lostWorkers, 0);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
}

async function run(
  sandbox: ToolSandbox,
  program: FileProgram,
  options: RunOptions = {},
) {
  const module = await sandbox.loadModule(program.build());
  return await sandbox.run(module, options);
}

const FAR = 2 ** 43;

/** Ways to make the opened file as large as it can get. */
const GROWTHS: Record<string, (program: FileProgram) => void> = {
  "one byte far away": (p) =>
    p.call("fd_seek", p.opened, BigInt(FAR), 0, 512).write(1),
  "one byte far away, positioned": (p) =>
    p.call("fd_pwrite", p.opened, 256, 1, BigInt(FAR), 512),
  "a new size": (p) => p.call("fd_filestat_set_size", p.opened, BigInt(FAR)),
  "allocation": (p) => p.call("fd_allocate", p.opened, 0n, BigInt(FAR)),
  "one byte after another, 100 apart": (p) =>
    p.loop(20, () => p.call("fd_seek", p.opened, 100n, 1, 512).write(1)),
};

Deno.test("A file grows by no more than may be written, however it is done", async () => {
  await withFolder((b) => b.maxWriteBytes(1000), async (sandbox, host) => {
    for (const [how, grow] of Object.entries(GROWTHS)) {
      const program = new FileProgram();
      program.fill("x").open(program.text("file"), CREATE).write(1);
      grow(program);
      assertEquals((await run(sandbox, program)).exitCode, Errno.NOSPC, how);
      assertLess((await Deno.stat(join(host, "file"))).size, 1001, how);
      await Deno.remove(join(host, "file"));
    }
  });
});

/** Ways to make one entry of the name in each round. */
const ENTRIES: Record<string, (program: FileProgram) => void> = {
  files: (p) => p.open(p.numbered, CREATE).close(),
  directories: (p) => p.call("path_create_directory", FOLDER, ...p.numbered),
  links: (p) =>
    p.call("path_link", FOLDER, 0, ...p.text("x"), FOLDER, ...p.numbered),
  "symbolic links": (p) =>
    p.call("path_symlink", ...p.text("x"), FOLDER, ...p.numbered),
};

Deno.test("A call makes no more entries than the limit, on the host, in an overlay and in memory", async () => {
  for (const [what, make] of Object.entries(ENTRIES)) {
    const program = new FileProgram();
    program.loop(100, () => make(program));
    await withFolder((b) => b.maxEntries(10), async (sandbox, host) => {
      await Deno.writeTextFile(join(host, "x"), "");
      const layered = await run(sandbox, program, { overlay: true });
      assertEquals(layered.exitCode, Errno.NOSPC, what);
      assertEquals(layered.changes.list.length, 10, what);
      assertEquals((await run(sandbox, program)).exitCode, Errno.NOSPC, what);
      assertEquals([...Deno.readDirSync(host)].length, 11, what);
    });
    const config = SandboxConfig.builder().maxEntries(10)
      .memoryDirectory("/m", { x: "" }).build();
    await using sandbox = new ToolSandbox(config);
    const { exitCode, files } = await run(sandbox, program);
    assertEquals(exitCode, Errno.NOSPC, what);
    const made = Object.keys(files["/m"] ?? {}).length;
    const isListed = what === "files" || what === "links";
    assertEquals(made, isListed ? 10 : 0, what);
  }
});

Deno.test("What is removed makes room for other entries", async () => {
  await withFolder((b) => b.maxEntries(1), async (sandbox, host) => {
    const program = new FileProgram();
    program.loop(50, () => {
      program.open(program.numbered, CREATE).close()
        .call("path_unlink_file", FOLDER, ...program.numbered)
        .call("path_create_directory", FOLDER, ...program.numbered)
        .call("path_remove_directory", FOLDER, ...program.numbered);
    });
    assertEquals((await run(sandbox, program)).exitCode, 0);
    assertEquals([...Deno.readDirSync(host)], []);
  });
});

Deno.test("What links say counts as written", async () => {
  const program = new FileProgram();
  const target = program.text("d/".repeat(200));
  program.loop(
    10,
    () => program.call("path_symlink", ...target, FOLDER, ...program.numbered),
  );
  await withFolder((b) => b.maxWriteBytes(1000), async (sandbox, host) => {
    assertEquals((await run(sandbox, program)).exitCode, Errno.NOSPC);
    assertEquals([...Deno.readDirSync(host)].length, 2);
  });
  const config = SandboxConfig.builder()
    .memoryDirectory("/m", {}, { maxBytes: 1000 }).build();
  await using sandbox = new ToolSandbox(config);
  assertEquals((await run(sandbox, program)).exitCode, Errno.NOSPC);
});

Deno.test("A file in memory counts for each of its names, as it is handed over", async () => {
  const config = SandboxConfig.builder()
    .memoryDirectory("/m", { x: "x".repeat(400) }, { maxBytes: 1000 }).build();
  await using sandbox = new ToolSandbox(config);
  const program = new FileProgram();
  const name = program.text("x");
  program.loop(
    10,
    () =>
      program.call(
        "path_link",
        FOLDER,
        0,
        ...name,
        FOLDER,
        ...program.numbered,
      ),
  );
  const { exitCode, files } = await run(sandbox, program);
  assertEquals(exitCode, Errno.NOSPC);
  assertEquals(Object.values(files["/m"] ?? {}).length, 1);
});
