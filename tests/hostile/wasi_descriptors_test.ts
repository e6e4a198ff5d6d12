import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { CREATE, FileProgram, FOLDER } from "./file_program.ts";

/** Descriptors of this process that lead below a folder. */
function openBelow(folder: string, pid: number | "self" = "self"): string[] {
  const links: string[] = [];
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      const link = Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
      if (link.startsWith(folder)) links.push(link);
    } catch {
      // The one that the listing itself was read from.
      continue;
    }
  }
  return links;
}

const CALLS = 40;
/** Frames so large that the way down is short, and all end elsewhere. */
const FRAME_WORDS = 1500;

/** What each level of the stack does, down to where there is none left. */
const BODIES: Record<string, (program: FileProgram) => void> = {
  "opens and closes": (p) => p.open(p.text("x")).close(),
  "makes and closes": (p) =>
    p.open(p.text("new"), CREATE).close()
      .call("path_unlink_file", FOLDER, ...p.text("new")),
  "makes below": (p) =>
    p.open(p.text("d/new"), CREATE).close()
      .call("path_unlink_file", FOLDER, ...p.text("d/new")),
  "sets times": (p) =>
    p.call("path_filestat_set_times", FOLDER, 0, ...p.text("x"), 0n, 0n, 10),
};

Deno.test({
  name: "No descriptor outlives a call whose stack ends in an import",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const host = await Deno.realPath(await Deno.makeTempDir());
    await Deno.mkdir(join(host, "d"));
    await Deno.writeTextFile(join(host, "x"), "x");
    try {
      const config = SandboxConfig.builder().maxWorkers(1)
        .allowedPath("/g", host, { write: true }).build();
      await using sandbox = new ToolSandbox(config);
      for (const [what, body] of Object.entries(BODIES)) {
        for (let call = 0; call < CALLS; call++) {
          const program = new FileProgram();
          program.exhaustStack(FRAME_WORDS + call, () => body(program));
          const module = await sandbox.loadModule(program.build());
          const result = await sandbox.run(module);
          assert(!result.ok && result.error.kind === "ExecutionFailed", what);
        }
        assertEquals(openBelow(host), [], what);
        const names = [...Deno.readDirSync(host)].map(({ name }) => name);
        const known = ["d", "new", "x"];
        assert(names.every((name) => known.includes(name)), `${names}`);
      }
      assertEquals(sandbox.lostWorkers, 0);
    } finally {
      await Deno.remove(host, { recursive: true });
    }
  },
});

Deno.test({
  name: "No descriptor is left of 400 calls whose creates fail or are stopped",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const host = await Deno.realPath(await Deno.makeTempDir());
    await Deno.mkdir(join(host, "d"));
    try {
      const config = SandboxConfig.builder().maxWorkers(1).maxWriteBytes(100)
        .allowedPath("/g", host, { write: true }).build();
      await using sandbox = new ToolSandbox(config);
      const failing = new FileProgram();
      failing.open(failing.text("d"), CREATE)
        .open(failing.text(`d/${"x".repeat(300)}`), CREATE)
        .open(failing.text("no/new"), CREATE)
        .open(failing.text("d/new/"), CREATE);
      const making = new FileProgram();
      const created = making.text("new");
      making.loop(100_000, () => {
        making.open(created, CREATE).close()
          .call("path_unlink_file", FOLDER, ...created);
      });
      const failed = await sandbox.loadModule(failing.build());
      const stopped = await sandbox.loadModule(making.build());
      for (let call = 0; call < 200; call++) {
        const first = await sandbox.run(failed);
        assert(first.ok && first.exitCode !== 0);
        const timeout = 5 + call % 10;
        const second = await sandbox.run(stopped, { timeout });
        assert(!second.ok && second.error.kind === "TimeoutExceeded");
      }
      assertEquals(openBelow(host), []);
      // A call may be stopped between making the file and removing it.
      const names = [...Deno.readDirSync(host)].map(({ name }) => name);
      assert(names.every((name) => ["d", "new"].includes(name)), `${names}`);
      assertEquals(sandbox.lostWorkers, 0);
    } finally {
      await Deno.remove(host, { recursive: true });
    }
  },
});
