import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type SandboxOptions, ToolSandbox } from "../../mod.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** A sandbox, and ways to run programs that do one thing with files. */
class Files implements AsyncDisposable {
  readonly sandbox: ToolSandbox;
  /** What the last call left in memory. */
  files: Readonly<Record<string, readonly string[]>> = {};

  constructor(options: SandboxOptions = {}) {
    this.sandbox = new ToolSandbox({ maxWorkers: 1, ...options });
  }

  async run(program: string, args: readonly string[]): Promise<string> {
    const url = new URL(`wasi/${program}.wasm`, FIXTURES);
    const module = await this.sandbox.loadModule(url);
    const result = await this.sandbox.run(module, { args });
    this.files = Object.fromEntries(
      Object.entries(result.files)
        .map(([directory, files]) => [directory, Object.keys(files)]),
    );
    return (result.stdout + result.stderr).trim();
  }

  /** Does one thing with a path: `ok …`, or why not. */
  try(...args: string[]): Promise<string> {
    return this.run("escape", args);
  }

  /** What is listed in a directory. */
  async list(path: string): Promise<string[]> {
    return [...(await this.try("list", path)).matchAll(/^entry (\w+)$/gm)]
      .map(([, name = ""]) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.close();
  }
}

async function withFolder(
  act: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/in.txt`, "from the host");
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("A program with nothing granted writes beside itself, and the result has it", async () => {
  await using files = new Files();
  assertEquals(await files.try("create", "out.txt"), "ok created");
  assertEquals(files.files, { "/": ["out.txt"] });
  // The next call starts with nothing of it.
  assertStringIncludes(await files.try("read", "out.txt"), "error");
  assertEquals(await files.try("create", "/tmp/x"), "ok created");
  assertEquals(files.files, {});
  assertEquals(await files.list("."), ["tmp"]);
  assertEquals(await files.list("/"), ["tmp"]);
  assertStringIncludes(await files.try("create", "../out.txt"), "error");
});

Deno.test("Relative paths lead to the working directory, wherever that is", () =>
  withFolder(async (folder) => {
    const allowedPaths = { "/data": { host: folder, write: true } };
    await using host = new Files({ allowedPaths, workingDirectory: "/data" });
    assertStringIncludes(await host.try("read", "in.txt"), "from the host");
    assertEquals(await host.try("create", "out.txt"), "ok created");
    assertEquals(Deno.statSync(`${folder}/out.txt`).isFile, true);
    assertEquals(host.files, {});
    assertStringIncludes(await host.try("read", "/data/in.txt"), "host");
    await using memory = new Files({ workingDirectory: "/work" });
    assertEquals(await memory.try("create", "out.txt"), "ok created");
    assertEquals(memory.files, { "/work": ["out.txt"] });
    assertEquals(await memory.try("create", "/work/out.txt"), "ok created");
    assertEquals(memory.files, { "/work": ["out.txt"] });
  }));

Deno.test("A call's own files are in the working directory of that name", async () => {
  await using sandbox = new ToolSandbox({ workingDirectory: "/work" });
  const module = await sandbox.loadModule(new URL("wasi/copy.wasm", FIXTURES));
  const result = await sandbox.run(module, {
    args: ["in.txt", "out.txt"],
    files: { "/work": { "in.txt": "given" } },
  });
  assertEquals(new TextDecoder().decode(result.file("/work/out.txt")), "given");
  assertEquals(Object.keys(result.files["/work"] ?? {}), ["out.txt"]);
});

Deno.test("What was granted is in / beside the rest, and keeps its rights", () =>
  withFolder(async (folder) => {
    await using files = new Files({
      allowedPaths: { "/data": folder, "/deep/er/in": folder },
      memoryDirectories: { "/mem": {} },
    });
    assertEquals(await files.list("/"), ["data", "deep", "mem", "tmp"]);
    assertEquals(await files.list("deep/er"), ["in"]);
    assertStringIncludes(await files.try("read", "deep/er/in/in.txt"), "host");
    for (
      const [path, why] of [
        ["data/x", "Capabilities insufficient"],
        ["deep/er/in/x", "Capabilities insufficient"],
        ["deep/er/x", "Read-only file system"],
      ] as const
    ) {
      assertEquals(await files.try("create", path), `error ${why}`);
    }
    for (const path of ["data", "deep", "deep/er", "tmp", "mem"]) {
      assertStringIncludes(await files.try("rmdir", path), "error");
      assertStringIncludes(await files.try("rename", path, "other"), "error");
    }
    const links = ["../outside", "/etc/passwd", "data/../../x"];
    for (const target of links) {
      assertStringIncludes(await files.try("read", target), "error");
    }
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("The working directory and /tmp hold so much and no more", async () => {
  for (const path of ["out.bin", "/tmp/out.bin"]) {
    await using files = new Files({ maxMemoryBytes: 4 * 65_536 });
    const output = await files.run("limits", ["fill", path]);
    assertStringIncludes(output, String(4 * 65_536));
  }
});

Deno.test("Only who sets a working directory is told it in PWD", async () => {
  for (const workingDirectory of [undefined, "/work"]) {
    await using files = new Files({ workingDirectory });
    const output = await files.run("environment", []);
    assertEquals(output.includes("PWD=/work"), workingDirectory !== undefined);
    assertEquals(output.includes("PWD"), workingDirectory !== undefined);
  }
});

Deno.test("The directories that a call has for itself take no descriptor", async () => {
  await using files = new Files({ maxDescriptors: 4 });
  assertEquals(await files.try("create", "out.txt"), "ok created");
});

Deno.test("A working directory where / is granted, or that is no path, is refused", () => {
  const wrong: [SandboxOptions, string][] = [
    [{ workingDirectory: "work" }, "is not absolute"],
    [{ workingDirectory: "/a/../b" }, "holds"],
    [
      { workingDirectory: "/work", memoryDirectories: { "/": {} } },
      '"/" is granted',
    ],
  ];
  for (const [options, why] of wrong) {
    assertThrows(() => new ToolSandbox(options), TypeError, why);
  }
});

Deno.test("A run may have a working directory of its own, deep in what is granted", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/deep/er`, { recursive: true });
    await Deno.writeTextFile(`${folder}/deep/in.txt`, "from below");
    await using sandbox = new ToolSandbox({
      allowedPaths: { "/data": { host: folder, write: true } },
      memoryDirectories: { "/mem": { files: { "a/in.txt": "in memory" } } },
      workingDirectory: "/data",
    });
    const url = new URL("wasi/escape.wasm", FIXTURES);
    const module = await sandbox.loadModule(url);
    const act = async (workingDirectory: string | undefined, args: string[]) =>
      (await sandbox.run(module, { args, workingDirectory })).stdout.trim();
    const read = ["read", "in.txt"];
    assertStringIncludes(await act(undefined, read), "from the host");
    assertStringIncludes(await act("/data/deep", read), "from below");
    assertStringIncludes(await act("/data//deep/", read), "from below");
    assertStringIncludes(await act("/mem/a", read), "in memory");
    assertStringIncludes(await act("/mem/none", read), "error");
    assertStringIncludes(await act("/", read), "error");
    assertEquals(
      await act("/data/deep/er", ["create", "out.txt"]),
      "ok created",
    );
    assertEquals(Deno.statSync(`${folder}/deep/er/out.txt`).isFile, true);
    // Nothing leads out of it but absolute paths.
    assertStringIncludes(await act("/data/deep", ["read", "../in.txt"]), "err");
    await Deno.symlink("deep", `${folder}/link`);
    assertStringIncludes(await act("/data/link", read), "error");
    assertStringIncludes(
      await act("/data/deep", ["read", "/data/in.txt"]),
      "from the host",
    );
    for (
      const [workingDirectory, why] of [
        ["data", "is not absolute"],
        ["/data/../x", "holds"],
        ["/database", "no folder is granted"],
      ] as const
    ) {
      await assertRejects(
        () => sandbox.run(module, { workingDirectory }),
        TypeError,
        why,
      );
    }
  }));
