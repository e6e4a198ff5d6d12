import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { Programs } from "../tool/programs.ts";
import { rawPathProgram } from "./raw_path_program.ts";
import { CANARY_BYTES, MARK, TrapFolder } from "./trap_folder.ts";

const READING = ["read", "stat", "lstat", "list", "readlink"];
const WRITING = [
  ...["write", "create", "append", "truncate", "touch"],
  ...["remove", "mkdir", "rmdir"],
];
const MOVING = ["rename", "link", "symlink"];

/** Paths below `/g` that lead out, or would if somebody let them. */
const WAYS_OUT = [
  ...["/g/..", "/g/../", "/g/../in.txt", "/g/../outside/canary.txt"],
  ...["/g/sub/../../in.txt", "/g/empty/../../outside", "/g/./.././in.txt"],
  ...["/g/file-link", "/g/file-link/", "/g/absolute-link", "/g/chain"],
  ...["/g/dir-link", "/g/dir-link/", "/g/dir-link//", "/g/dir-link/."],
  ...["/g/dir-link/canary.txt", "/g/dir-link/new", "/g/dir-link/.."],
  ...["/g/dir-link/canary-folder/x", "/g/dir-chain", "/g/dir-chain/x"],
  ...["/g/dir-link/../in.txt", "/g/dir-link/../granted/../in.txt"],
  ...["/g/in-link/../../in.txt", "/g/up-link/in.txt", "/g/up-link"],
  ...["/g/absolute-dir/canary.txt", "/g/absolute-dir/new"],
  ...["/g/dangling", "/g/dangling/", "/g/dangling-dir", "/g/absolute-dangling"],
  ...["/g/loop", "/g/loop/in.txt", "/g/root/etc/passwd", "/g/passwd"],
  ...["/g/process", "/etc/passwd", "//etc/passwd", "/../etc/passwd"],
  ...[`/g/${"a".repeat(300)}`, `/g/${"a/".repeat(5000)}x`],
  ...["/g/in.txt/../../in.txt", "/g/in.txt/.."],
];

function writable(folder: TrapFolder): Programs {
  return new Programs((b) =>
    b.allowedPath("/g", folder.granted, { write: true })
  );
}

/** Nothing of what is outside was told, and nothing there has changed. */
function assertHeld(folder: TrapFolder, told: string, what: string): void {
  assert(!told.includes(MARK), `${what} told ${told}`);
  assert(!told.includes(`${CANARY_BYTES}`), `${what} told ${told}`);
  assert(!told.includes("root:"), `${what} told ${told}`);
  assertEquals(folder.changesOutside(), [], what);
}

/** What `readlink` may tell: the link is inside, and its text is its content. */
function withoutTargets(operation: string, stdout: string): string {
  return operation === "readlink" ? "" : stdout;
}

Deno.test("TrapFolder notices what happens outside", async () => {
  await using folder = await TrapFolder.make();
  assertEquals(folder.changesOutside(), []);
  const args = ["append", "/base/outside/canary.txt"];
  await using programs = new Programs((b) =>
    b.allowedPath("/base", folder.base, { write: true })
  );
  const { stdout } = await programs.run("wasi/escape", { args });
  assertEquals(stdout, "ok appended\n");
  assertEquals(folder.changesOutside().length, 1);
});

Deno.test("A guest does everything inside a folder that it may write", async () => {
  await using folder = await TrapFolder.make();
  await using programs = writable(folder);
  const allowed: [args: string[], stdout: string][] = [
    [["read", "/g/in.txt"], "ok inside\n"],
    [["read", "/g/in-link/file.txt"], "ok below\n"],
    [["read", "/g/sub/back"], "ok inside\n"],
    [["read", "/g/sub/../in.txt"], "ok inside\n"],
    [["stat", "/g/in-link"], "ok directory of "],
    [["lstat", "/g/file-link"], "ok link of "],
    [["list", "/g/sub"], "entry file.txt\n"],
    [["create", "/g/new.txt"], "ok created\n"],
    [["rename", "/g/new.txt", "/g/sub/new.txt"], "ok renamed\n"],
    [["remove", "/g/sub/new.txt"], "ok removed\n"],
    [["mkdir", "/g/made/"], "ok made\n"],
    [["rmdir", "/g/made"], "ok removed\n"],
  ];
  for (const [args, expected] of allowed) {
    const { exitCode, stdout } = await programs.run("wasi/escape", { args });
    assertStringIncludes(stdout, expected);
    assertEquals(exitCode, 0);
  }
  assertHeld(folder, "", "what was allowed");
});

Deno.test("No path leads out of a granted folder, whatever is done with it", async () => {
  await using folder = await TrapFolder.make();
  await using programs = writable(folder);
  for (const operation of [...READING, ...WRITING]) {
    for (const path of WAYS_OUT) {
      const what = `${operation} ${path.slice(0, 50)}`;
      const args = [operation, path];
      const { stdout, stderr } = await programs.run("wasi/escape", { args });
      assertMatch(stdout, /^(entry|ok|error) /, what);
      assertHeld(folder, withoutTargets(operation, stdout) + stderr, what);
    }
    folder.plantAgain();
  }
  await programs.assertReusable();
});

Deno.test("What leads out can't be read, listed, followed or written", async () => {
  await using folder = await TrapFolder.make();
  await using programs = writable(folder);
  for (const operation of ["read", "stat", "list", "write", "truncate"]) {
    for (const path of WAYS_OUT) {
      const args = [operation, path];
      const { exitCode, stdout } = await programs.run("wasi/escape", { args });
      assertMatch(stdout, /^error /, `${args}`);
      assertEquals(exitCode, 1);
    }
  }
  assertHeld(folder, "", "refusals");
});

Deno.test("Nothing is moved or linked out of a granted folder, or into it", async () => {
  await using folder = await TrapFolder.make();
  await using programs = writable(folder);
  const attempts: [from: string, to: string][] = [
    ...WAYS_OUT.map((path): [string, string] => [path, "/g/stolen"]),
    ...WAYS_OUT.map((path): [string, string] => ["/g/in.txt", path]),
    ["../outside/canary.txt", "/g/stolen"],
    [`${folder.base}/outside/canary.txt`, "/g/stolen"],
    ["..", "/g/sub/stolen"],
    ["dir-link/canary.txt", "/g/stolen"],
  ];
  for (const operation of MOVING) {
    for (const paths of attempts) {
      const what = `${operation} ${paths}`.slice(0, 100);
      await programs.run("wasi/escape", { args: [operation, ...paths] });
      assertHeld(folder, "", what);
      for (const stolen of ["/g/stolen", "/g/sub/stolen", "/g/stolen/in.txt"]) {
        const args = ["read", stolen];
        const { stdout } = await programs.run("wasi/escape", { args });
        assertHeld(folder, stdout, `${what}, then read`);
      }
      folder.plantAgain();
    }
  }
});

Deno.test("A link that was moved leads nowhere that it did not lead before", async () => {
  await using folder = await TrapFolder.make();
  await using programs = writable(folder);
  const moves: [from: string, to: string, read: string][] = [
    ["/g/sub/back", "/g/moved", "/g/moved"],
    ["/g/sub/chain-3", "/g/moved", "/g/moved"],
    ["/g/sub", "/g/empty/sub", "/g/empty/sub/back"],
  ];
  for (const [from, to, read] of moves) {
    const args = ["rename", from, to];
    await programs.run("wasi/escape", { args });
    const { stdout } = await programs.run("wasi/escape", {
      args: ["read", read],
    });
    assertHeld(folder, stdout, `${args}`);
    folder.plantAgain();
  }
});

Deno.test("Nothing changes in a folder that was granted to read", async () => {
  await using folder = await TrapFolder.make();
  await using programs = new Programs((b) =>
    b.allowedPath("/g", folder.granted)
  );
  const before = folder.inside();
  const inside = ["/g/in.txt", "/g/new", "/g/sub", "/g/empty", "/g/sub/back"];
  for (const path of [...inside, ...WAYS_OUT]) {
    for (const operation of [...WRITING, ...MOVING]) {
      const args = [operation, path, "/g/second"];
      const { stdout } = await programs.run("wasi/escape", { args });
      assertMatch(stdout, /^error /, `${args}`.slice(0, 100));
    }
  }
  const args = ["read", "/g/in.txt"];
  const { stdout } = await programs.run("wasi/escape", { args });
  assertEquals(stdout, "ok inside\n");
  const changed = [...folder.inside()].filter(([path, state]) =>
    before.get(path) !== state && !path.endsWith("/in.txt")
  );
  assertEquals([changed, folder.inside().size], [[], before.size]);
  assertHeld(folder, "", "writing");
});

Deno.test("A path's bytes open nothing that is not below its folder", async () => {
  await using folder = await TrapFolder.make();
  const config = SandboxConfig.builder()
    .maxWorkers(1)
    .allowedPath("/", folder.granted, { write: true })
    .build();
  await using sandbox = new ToolSandbox(config);
  const open = async (path: Uint8Array, oflags = 0) => {
    const module = await sandbox.loadModule(rawPathProgram({ path, oflags }));
    const { exitCode } = await sandbox.run(module);
    assertEquals(folder.changesOutside(), [], `${path}`);
    return exitCode;
  };
  const text = (path: string) => new TextEncoder().encode(path);
  assertEquals(await open(text("in.txt")), 0);
  assertEquals(await open(text("sub/../in.txt")), 0);
  const paths = [
    ...["", "/", "/in.txt", "/etc/passwd", "..", "../in.txt", "sub/../.."],
    ...["in.txt\0", "in.txt\0/../x", "\0", `${"a".repeat(256)}`],
    ...[`${"x/../".repeat(20_000)}in.txt`, "dir-link/canary.txt", "dangling"],
  ].map(text);
  const noText = [[0xff], [0x2e, 0x2e, 0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xc3]];
  for (const path of [...paths, ...noText.map((b) => Uint8Array.from(b))]) {
    for (const oflags of [0, 1, 1 | 8]) {
      const errno = await open(path, oflags);
      assert(errno! > 0 && errno! < 77, `errno ${errno} for ${path}`);
    }
  }
  assertEquals(sandbox.lostWorkers, 0);
});
