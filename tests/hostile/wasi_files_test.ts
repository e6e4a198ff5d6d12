import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  SandboxConfig,
  type SandboxConfigBuilder,
  ToolSandbox,
} from "../../mod.ts";
import { Errno } from "../../src/imports/wasi/errno.ts";
import {
  APPEND,
  CREATE,
  CREATE_NEW,
  FileProgram,
  FOLDER,
} from "./file_program.ts";

/** A folder on the host, granted to a sandbox as its only directory. */
async function withFolder(
  use: (sandbox: ToolSandbox, host: string) => Promise<void>,
  configure: (b: SandboxConfigBuilder) => SandboxConfigBuilder = (b) => b,
): Promise<void> {
  const host = await Deno.makeTempDir();
  try {
    const builder = SandboxConfig.builder().maxWorkers(2)
      .allowedPath("/g", host, { write: true });
    await using sandbox = new ToolSandbox(configure(builder).build());
    await use(sandbox, host);
    assertEquals(sandbox.lostWorkers, 0);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
}

async function run(sandbox: ToolSandbox, program: FileProgram) {
  return await sandbox.run(await sandbox.loadModule(program.build()));
}

const LINES = 5000;

/** Appends lines, each of which the guest hands over in two parts. */
function appender(line: string, setsFlagLater: boolean): FileProgram {
  const program = new FileProgram();
  program.fill(line).open(
    program.text("log"),
    CREATE,
    setsFlagLater ? 0 : APPEND,
  );
  if (setsFlagLater) {
    program.call("fd_fdstat_set_flags", program.opened, APPEND);
  }
  return program.loop(LINES, () => program.write(line.length, 2)).close();
}

Deno.test("No line is lost or torn when two calls append at once", async () => {
  for (const setsFlagLater of [false, true]) {
    await withFolder(async (sandbox, host) => {
      const lines = ["first-first\n", "other-other\n"];
      const results = await Promise.all(
        lines.map((line) => run(sandbox, appender(line, setsFlagLater))),
      );
      assertEquals(results.map(({ exitCode }) => exitCode), [0, 0]);
      const text = await Deno.readTextFile(join(host, "log"));
      const written = text.split(/(?<=\n)/);
      for (const line of lines) {
        assertEquals(written.filter((one) => one === line).length, LINES);
      }
      assertEquals(written.length, 2 * LINES);
    });
  }
});

Deno.test("Appending goes on where others have cut the file", async () => {
  await withFolder(async (sandbox, host) => {
    const program = new FileProgram();
    const log = program.text("log");
    program.fill("abcd").open(log, CREATE, APPEND).write(4)
      .call("fd_filestat_set_size", program.opened, 0n).write(4)
      .call("fd_fdstat_set_flags", program.opened, 0)
      .call("fd_seek", program.opened, 1n, 0, 512).write(4).close();
    assertEquals((await run(sandbox, program)).exitCode, 0);
    assertEquals(await Deno.readTextFile(join(host, "log")), "aabcd");
  });
});

/** Grows a file in each way, through a descriptor that appends. */
function growing(): FileProgram {
  const program = new FileProgram();
  const { opened } = program;
  const log = program.text("log");
  return program.fill("abcd").open(log, CREATE, APPEND).write(4)
    .call("fd_allocate", opened, 0n, 10n).write(4)
    .call("fd_allocate", opened, 2n, 8n)
    .call("fd_filestat_set_size", opened, 16n).write(4)
    .call("fd_fdstat_set_flags", opened, 0)
    .call("fd_allocate", opened, 16n, 8n)
    .call("fd_fdstat_set_flags", opened, APPEND)
    .call("fd_allocate", opened, 20n, 8n).write(4).close();
}

Deno.test("A file that appends grows as far as it is told to, on the host and in memory", async () => {
  const zeros = (count: number) => "\0".repeat(count);
  const grown = `abcd${zeros(6)}abcd${zeros(2)}abcd${zeros(8)}abcd`;
  await withFolder(async (sandbox, host) => {
    const { exitCode } = await run(sandbox, growing());
    assertEquals(exitCode, 0);
    assertEquals(await Deno.readTextFile(join(host, "log")), grown);
  });
  const config = SandboxConfig.builder().memoryDirectory("/m", {}).build();
  await using sandbox = new ToolSandbox(config);
  const { exitCode, files } = await run(sandbox, growing());
  assertEquals(exitCode, 0);
  assertEquals(new TextDecoder().decode(files["/m"]?.["log"]), grown);
});

Deno.test("What a file that appends grows by is paid for", async () => {
  await withFolder(async (sandbox, host) => {
    const program = new FileProgram();
    const log = program.text("log");
    program.fill("abcd").open(log, CREATE, APPEND).write(4)
      .call("fd_allocate", program.opened, 0n, 1n << 43n);
    const { exitCode } = await run(sandbox, program);
    assertEquals(exitCode, Errno.NOSPC);
    assertEquals((await Deno.stat(join(host, "log"))).size, 4);
  }, (builder) => builder.maxWriteBytes(1000));
});

/** Failing operations on `keep`, which must not change anything. */
function failures(): [string, FileProgram][] {
  const long = "x".repeat(300);
  const act = (name: string, to: string) => {
    const program = new FileProgram();
    const from = program.text("keep");
    const target = program.text(to);
    return program.call(
      name,
      FOLDER,
      ...name === "path_link" ? [0] : [],
      ...from,
      FOLDER,
      ...target,
    );
  };
  const open = (oflags: number, path: string) => {
    const program = new FileProgram();
    return program.open(program.text(path), oflags);
  };
  return [
    ["rename to a long name", act("path_rename", long)],
    ["rename to a long path", act("path_rename", `d/${"y/".repeat(2000)}z`)],
    ["rename below a file", act("path_rename", "keep/in")],
    ["rename over a full directory", act("path_rename", "d")],
    ["link to a long name", act("path_link", long)],
    ["link to itself", act("path_link", "keep")],
    ["make what is there", open(CREATE_NEW, "keep")],
    ["make a long name", open(CREATE, long)],
    ["cut a directory", open(8, "d")],
  ];
}

Deno.test("What fails changes nothing, on the host and in memory", async () => {
  await withFolder(async (sandbox, host) => {
    await Deno.mkdir(join(host, "d"));
    await Deno.writeTextFile(join(host, "keep"), "kept");
    await Deno.writeTextFile(join(host, "d/in"), "in");
    for (const [name, program] of failures()) {
      const { exitCode } = await run(sandbox, program);
      assert(exitCode !== 0 && exitCode !== undefined, `${name} worked`);
      assertEquals(await Deno.readTextFile(join(host, "keep")), "kept", name);
      assertEquals([...Deno.readDirSync(host)].length, 2, name);
      assertEquals(await Deno.readTextFile(join(host, "d/in")), "in", name);
    }
  });
  const config = SandboxConfig.builder()
    .memoryDirectory("/m", { keep: "kept", "d/in": "in" }).build();
  await using sandbox = new ToolSandbox(config);
  for (const [name, program] of failures()) {
    const { exitCode, files } = await run(sandbox, program);
    assert(exitCode !== 0 && exitCode !== undefined, `${name} worked`);
    assertEquals(files["/m"] ?? {}, {}, name);
  }
});

/** `fstflags`. */
const ATIM = 1;
const MTIM = 4;

Deno.test("Setting one time leaves the other", async () => {
  await withFolder(async (sandbox, host) => {
    const path = join(host, "file");
    await Deno.writeTextFile(path, "x");
    const [before, set] = [1_234_567_890_123, 1_600_000_000_456];
    for (const flag of [ATIM, MTIM]) {
      for (const byPath of [false, true]) {
        await Deno.utime(path, new Date(before), new Date(before));
        const program = new FileProgram();
        const name = program.text("file");
        const time = BigInt(set) * 1_000_000n + 789n;
        if (byPath) {
          const args = [FOLDER, 0, ...name, time, time, flag];
          program.call("path_filestat_set_times", ...args);
        } else {
          program.open(name);
          const args = [program.opened, time, time, flag];
          program.call("fd_filestat_set_times", ...args);
        }
        assertEquals((await run(sandbox, program)).exitCode, 0);
        const { atime, mtime } = await Deno.stat(path);
        const expected = flag === ATIM ? [set, before] : [before, set];
        assertEquals([atime?.getTime(), mtime?.getTime()], expected);
      }
    }
  });
});

Deno.test("A time before 1970 is not made another by setting the other one", async () => {
  await withFolder(async (sandbox, host) => {
    const path = join(host, "file");
    await Deno.writeTextFile(path, "x");
    await Deno.utime(path, new Date(-86_400_000), new Date(1000));
    const program = new FileProgram();
    const name = program.text("file");
    const args = [FOLDER, 0, ...name, 0n, 5_000_000_000n, MTIM];
    program.call("path_filestat_set_times", ...args);
    assertEquals((await run(sandbox, program)).exitCode, Errno.NOTSUP);
    const { atime, mtime } = await Deno.stat(path);
    assertEquals([atime?.getTime(), mtime?.getTime()], [-86_400_000, 1000]);
  });
});

Deno.test("A size that the host's file system refuses is the guest's error", () =>
  withFolder(async (sandbox) => {
    for (const name of ["fd_filestat_set_size", "fd_allocate"]) {
      const program = new FileProgram();
      program.open(program.text(name), CREATE);
      const size = 1n << 62n;
      if (name === "fd_allocate") {
        program.call(name, program.opened, 0n, size);
      } else program.call(name, program.opened, size);
      const result = await run(sandbox, program);
      if (!result.ok) throw result.error;
      assertEquals(result.exitCode, Errno.FBIG);
    }
    const fits = new FileProgram();
    fits.open(fits.text("large"), CREATE);
    fits.call("fd_filestat_set_size", fits.opened, 1n << 50n);
    const result = await run(sandbox, fits);
    // Some file systems have files as large as that.
    if (!result.ok) throw result.error;
  }));
