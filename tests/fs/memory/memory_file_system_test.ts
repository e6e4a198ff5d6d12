import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ExecutionFailed } from "../../../src/errors.ts";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import {
  Ground,
  Guest,
  randomNumbers,
  READ_WRITE,
} from "../../imports/wasi/guest.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function guestWith(files: Record<string, string>, maxBytes = 1000): Guest {
  return new Guest({
    memoryDirectories: [{
      guest: "/scratch",
      files: Object.fromEntries(
        Object.entries(files).map((
          [path, text],
        ) => [path, encoder.encode(text)]),
      ),
      maxBytes,
    }],
  });
}

function filesOf(guest: Guest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(guest.wasi.changes().get("/scratch")?.files ?? {}).map((
      [path, bytes],
    ) => [path, decoder.decode(bytes)]),
  );
}

describe("MemoryFileSystem", () => {
  it("takes files in and gives files out", () => {
    using guest = guestWith({ "in.csv": "a,b", "deep/er/file": "x" });
    assertEquals(guest.readFile("in.csv"), "a,b");
    assertEquals(guest.readFile("deep/er/file"), "x");
    assertEquals(guest.writeFile("deep/out.csv", "1,2"), 0);
    assertEquals(guest.at("path_unlink_file", "in.csv"), 0);
    assertEquals(filesOf(guest), { "deep/out.csv": "1,2" });
  });

  it("keeps a file whose renaming or linking fails", () => {
    using guest = guestWith({ keep: "kept", "d/in": "in" });
    const long = "x".repeat(300);
    for (const to of [long, `d/${"y/".repeat(2000)}z`, "keep/in", "d"]) {
      assertNotEquals(guest.rename("keep", to), 0);
      assertEquals(guest.readFile("keep"), "kept");
    }
    assertNotEquals(guest.link("keep", long), 0);
    assertEquals(guest.readFile("keep"), "kept");
    assertEquals(guest.readFile("d/in"), "in");
  });

  it("tells what changed: written, cut or renamed, and not what was read", () => {
    using guest = guestWith({ a: "a", b: "b", c: "c", d: "d" });
    assertEquals(guest.readFile("a"), "a");
    assertEquals(guest.writeFile("b", "B"), 0);
    assertEquals(guest.rename("c", "moved"), 0);
    assertEquals(filesOf(guest), { b: "B", moved: "c" });
    assertEquals(guest.rename("moved", "c"), 0);
    assertEquals(filesOf(guest), { b: "B" });
  });

  it("refuses files that don't fit, or have no place", () => {
    for (
      const files of [
        { large: "0123456789" },
        { "": "x" },
        { "../x": "x" },
        { "a": "x", "a/b": "x" },
        { "a/b": "x", "a": "x" },
      ] as Record<string, string>[]
    ) {
      assertThrows(() => guestWith(files, 9), ExecutionFailed, "Cannot put");
    }
  });

  it("changes a copy, not the bytes that it was given", () => {
    const given = encoder.encode("text");
    using guest = new Guest({
      memoryDirectories: [{ guest: "/", files: { given }, maxBytes: 10 }],
    });
    const { fd } = guest.open("given", { rights: READ_WRITE });
    guest.write(fd, "TE");
    assertEquals(guest.readFile("given"), "TExt");
    assertEquals(decoder.decode(given), "text");
  });

  it("holds no more bytes than its budget, and gets back what goes", () => {
    using guest = guestWith({}, 10);
    const { fd } = guest.open("a", { rights: READ_WRITE, oflags: 1 });
    assertEquals(guest.write(fd, "0123456789"), 0);
    assertEquals(guest.write(fd, "x"), Errno.NOSPC);
    assertEquals(
      guest.call("fd_filestat_set_size", fd, 1n << 40n),
      Errno.NOSPC,
    );
    assertEquals(guest.call("fd_seek", fd, 1n << 40n, 0, 64), 0);
    assertEquals(guest.write(fd, "x"), Errno.NOSPC);
    assertEquals(guest.at("path_unlink_file", "a"), 0);
    assertEquals(guest.writeFile("b", "x"), Errno.NOSPC);
    assertEquals(guest.call("fd_close", fd), 0);
    assertEquals(guest.writeFile("b", "0123456789"), 0);
    assertEquals(filesOf(guest), { b: "0123456789" });
  });

  it("path_rename follows POSIX", () => {
    using guest = guestWith({ file: "f", "full/x": "x", "d/y": "y" });
    guest.at("path_create_directory", "empty");
    assertEquals(guest.rename("file", "empty"), Errno.ISDIR);
    assertEquals(guest.rename("d", "file"), Errno.NOTDIR);
    assertEquals(guest.rename("d", "full"), Errno.NOTEMPTY);
    assertEquals(guest.rename("d", "d/in"), Errno.INVAL);
    assertEquals(guest.rename("none", "x"), Errno.NOENT);
    assertEquals(guest.rename("file", "file"), 0);
    assertEquals(guest.rename("d", "empty"), 0);
    assertEquals(guest.rename("file", "full/x"), 0);
    assertEquals(filesOf(guest), { "empty/y": "y", "full/x": "f" });
  });

  it("path_remove_directory and path_unlink_file tell them apart", () => {
    using guest = guestWith({ file: "f", "full/x": "x" });
    assertEquals(guest.at("path_remove_directory", "file"), Errno.NOTDIR);
    assertEquals(guest.at("path_remove_directory", "full"), Errno.NOTEMPTY);
    assertEquals(guest.at("path_remove_directory", "."), Errno.INVAL);
    assertEquals(guest.at("path_unlink_file", "full"), Errno.ISDIR);
    assertEquals(guest.at("path_create_directory", "full"), Errno.EXIST);
  });

  it("path_link names a file twice", () => {
    using guest = guestWith({ file: "one" }, 10);
    assertEquals(guest.link("file", "again"), 0);
    assertEquals(guest.writeFile("again", "two"), 0);
    assertEquals(guest.readFile("file"), "two");
    assertEquals(guest.at("path_unlink_file", "file"), 0);
    assertEquals(guest.readFile("again"), "two");
    assertEquals(guest.link("again", "again"), Errno.EXIST);
  });

  it("path_symlink stays inside, whatever it says", () => {
    using guest = guestWith({ file: "text", "d/x": "x" });
    assertEquals(guest.symlink("../file", "d/link"), 0);
    assertEquals(guest.readFile("d/link"), "text");
    assertEquals(guest.symlink("../../file", "d/out"), 0);
    assertEquals(guest.readFile("d/out"), Errno.PERM);
    assertEquals(guest.symlink("/file", "absolute"), Errno.PERM);
    assertEquals(guest.symlink("d", "directory"), 0);
    assertEquals(guest.readFile("directory/x"), "x");
  });

  it("tells given files that are gone from those that were replaced", () => {
    using guest = guestWith({ a: "1", b: "2", c: "3" });
    const removed = () => guest.wasi.changes().get("/scratch")?.removed;
    assertEquals(removed(), []);
    assertEquals(guest.at("path_unlink_file", "a"), 0);
    assertEquals(guest.rename("b", "d"), 0);
    assertEquals(removed(), ["a", "b"]);
    assertEquals(guest.writeFile("a", "again"), 0);
    assertEquals(removed(), ["b"]);
  });

  it("keeps names such as __proto__ as they are", () => {
    using guest = guestWith({});
    assertEquals(guest.writeFile("__proto__", "x"), 0);
    assertEquals(guest.readFile("__proto__"), "x");
    const files = guest.wasi.changes().get("/scratch")?.files;
    assertEquals(Object.keys(files ?? {}), ["__proto__"]);
  });
});

Deno.test("MemoryFileSystem answers as a directory of the host does", () => {
  for (let seed = 1; seed <= 8; seed++) {
    using ground = new Ground();
    using host = Guest.on(ground.inside, true, ground.anchor());
    using memory = new Guest({
      memoryDirectories: [{ guest: "/", files: {}, maxBytes: 1e6 }],
    });
    const random = randomNumbers(seed);
    const path = () => {
      const names = ["a", "b", "c"].slice(0, 1 + random(3));
      return names.map(() => "abc"[random(3)]).join("/") +
        (random(12) === 0 ? "/" : "");
    };
    for (let i = 0; i < 150; i++) {
      const act = ACTIONS[random(ACTIONS.length)];
      assert(act !== undefined);
      const [from, to] = [path(), path()];
      const expected = act(host, from, to);
      assertEquals(act(memory, from, to), expected, `${act} ${from} ${to}`);
    }
  }
});

const ACTIONS: ((guest: Guest, from: string, to: string) => unknown)[] = [
  (guest, path, text) => guest.writeFile(path, text),
  (guest, path) => guest.at("path_create_directory", path),
  (guest, path) => guest.at("path_create_directory", path),
  (guest, path) => guest.at("path_remove_directory", path),
  (guest, path) => guest.at("path_unlink_file", path),
  (guest, from, to) => guest.rename(from, to),
  (guest, from, to) => guest.link(from, to),
  (guest, path) => guest.readFile(path),
  (guest, path) => guest.names(path),
  (guest, path) => guest.stat(path),
];
