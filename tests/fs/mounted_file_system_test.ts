import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { EntryBudget } from "../../src/fs/entry_budget.ts";
import { codeOf } from "../../src/fs/error_code.ts";
import type { FileSystem } from "../../src/fs/file_system.ts";
import { MemoryFileSystem } from "../../src/fs/memory/memory_file_system.ts";
import { MountedFileSystem } from "../../src/fs/mounted_file_system.ts";
import { resolve } from "../../src/fs/resolve.ts";
import { StopPage } from "../../src/stop_page.ts";

const READ = { read: true, write: false, create: false, append: false };
const CREATE = { read: false, write: true, create: true, append: false };
const STEP = 2 ** 32;

/** A root with `own.txt`, and `/a`, `/deep/er/b` and the read-only `/fixed`. */
function tree(): MountedFileSystem {
  const entries = new EntryBudget(1_000);
  const memory = (index: number, files: Record<string, string> = {}) => {
    const bytes = Object.entries(files)
      .map(([path, text]) => [path, new TextEncoder().encode(text)]);
    const inside = Object.fromEntries(bytes);
    const options = { firstIno: index * STEP };
    return new MemoryFileSystem(inside, 65_536, entries, options);
  };
  const fixed = memory(4, { "in.txt": "fixed" });
  const mounts: [string, FileSystem][] = [
    ["a", memory(1, { "in.txt": "a", "sub/x.txt": "x" })],
    ["deep/er/b", memory(2, { "in.txt": "b" })],
    ["fixed", Object.create(fixed, { writable: { value: false } })],
  ];
  const root = memory(3, { "own.txt": "own", "a/hidden.txt": "never seen" });
  return new MountedFileSystem(
    root,
    mounts.map(([place, fileSystem]) => ({
      place,
      fileSystem: bound(fileSystem),
    })),
    0n,
  );
}

/** One whose methods work on the object that has the private members. */
function bound(fileSystem: FileSystem): FileSystem {
  const { writable } = fileSystem;
  const target = writable ? fileSystem : Object.getPrototypeOf(fileSystem);
  return new Proxy(target, {
    get: (object, name) =>
      name === "writable"
        ? writable
        : typeof object[name] === "function"
        ? object[name].bind(object)
        : object[name],
  });
}

function failure(act: () => unknown): string {
  try {
    act();
    return "nothing";
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

function text(fs: FileSystem, place: string): string {
  const file = fs.open(place, READ);
  const bytes = new Uint8Array(100);
  const length = file.read(bytes, 0);
  file.close();
  return new TextDecoder().decode(bytes.subarray(0, length));
}

function names(fs: FileSystem, place: string): string[] {
  return fs.list(place).map(({ name }) => name);
}

Deno.test("MountedFileSystem shows each file system at its place, and the root elsewhere", () => {
  const fs = tree();
  assertEquals(names(fs, ""), ["a", "deep", "fixed", "own.txt"]);
  assertEquals(names(fs, "deep"), ["er"]);
  assertEquals(names(fs, "deep/er"), ["b"]);
  assertEquals(names(fs, "a"), ["in.txt", "sub"]);
  assertEquals(
    ["own.txt", "a/in.txt", "deep/er/b/in.txt", "fixed/in.txt"]
      .map((place) => text(fs, place)),
    ["own", "a", "b", "fixed"],
  );
  assertEquals(failure(() => fs.stat("a/hidden.txt")), "ENOENT");
  assertEquals(failure(() => fs.stat("deep/other")), "ENOENT");
});

Deno.test("MountedFileSystem has no two things with the same number", () => {
  const fs = tree();
  const places = ["", "a", "a/in.txt", "deep", "deep/er", "deep/er/b"];
  const all = [...places, "deep/er/b/in.txt", "fixed", "own.txt"]
    .map((place) => fs.stat(place)).map(({ dev, ino }) => `${dev} ${ino}`);
  assertEquals(new Set(all).size, all.length);
});

Deno.test("MountedFileSystem moves and removes no mount, nor what leads to one", () => {
  const fs = tree();
  for (const place of ["a", "deep", "deep/er", "deep/er/b", "fixed"]) {
    const acts = [
      () => fs.removeDirectory(place),
      () => fs.unlink(place),
      () => fs.rename(place, "other"),
      () => fs.rename("own.txt", place),
      () => fs.link("own.txt", place),
      () => fs.symlink("own.txt", place),
      () => fs.open(place, CREATE),
    ];
    const codes = acts.map(failure);
    assertEquals(codes, acts.map(() => "EBUSY"), place);
    assertNotEquals(failure(() => fs.makeDirectory(place)), "nothing");
  }
  assertEquals(text(fs, "own.txt"), "own");
});

Deno.test("MountedFileSystem neither moves nor links from one file system to another", () => {
  const fs = tree();
  for (const [from, to] of [["own.txt", "a/x"], ["a/in.txt", "deep/er/b/x"]]) {
    assertEquals(failure(() => fs.rename(from!, to!)), "EXDEV");
    assertEquals(failure(() => fs.link(from!, to!)), "EXDEV");
  }
  fs.rename("a/sub/x.txt", "a/y.txt");
  assertEquals(text(fs, "a/y.txt"), "x");
});

Deno.test("MountedFileSystem keeps what is granted for reading", () => {
  const fs = tree();
  const acts = [
    () => fs.open("fixed/x", CREATE),
    () => fs.open("fixed/in.txt", { ...READ, write: true }),
    () => fs.open("fixed/in.txt", { ...READ, append: true }),
    () => fs.unlink("fixed/in.txt"),
    () => fs.makeDirectory("fixed/x"),
    () => fs.symlink("x", "fixed/x"),
    () => fs.link("fixed/in.txt", "fixed/x"),
    () => fs.rename("fixed/in.txt", "fixed/x"),
    () => fs.rename("own.txt", "fixed/x"),
    () => fs.setTimes("fixed/in.txt", { atim: 0n, mtim: 0n }),
    () => fs.setTimes("fixed", { atim: 0n, mtim: 0n }),
    () => fs.open("deep/x", CREATE),
    () => fs.makeDirectory("deep/er/x"),
  ];
  assertEquals(acts.map(failure), acts.map(() => "EROFS"));
});

Deno.test("Links in a MountedFileSystem lead through mounts, and never above its root", () => {
  const fs = tree();
  const stop = new StopPage();
  const find = (path: string) => resolve(fs, "", path, true, stop).place;
  fs.symlink("../own.txt", "a/up");
  fs.symlink("deep/er/b", "down");
  fs.symlink("../../../../own.txt", "a/sub/far");
  fs.symlink("loop", "loop");
  assertEquals(find("a/up"), "own.txt");
  assertEquals(find("down/in.txt"), "deep/er/b/in.txt");
  assertEquals(find("down/../../../own.txt"), "own.txt");
  assertEquals(failure(() => find("a/sub/far")), "EPERM");
  assertEquals(failure(() => find("../own.txt")), "EPERM");
  assertEquals(failure(() => find("down/../../../../x")), "EPERM");
  assertEquals(failure(() => find("loop")), "ELOOP");
  assert(fs.stat("down").filetype === "link");
});
