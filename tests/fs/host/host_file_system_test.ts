import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import {
  Ground,
  Guest,
  LIMITS,
  READ,
  READ_WRITE,
  ROOT,
} from "../../imports/wasi/guest.ts";

const CREAT = 1;
const TRUNC = 8;

/** Both ways of holding the wall, with and without an anchor. */
const WAYS: [string, (ground: Ground) => Guest][] = [
  ["guarded", (ground) => Guest.on(ground.inside)],
  ["anchored", (ground) => Guest.on(ground.inside, true, ground.anchor())],
];

for (const [way, guestOn] of WAYS) {
  describe(`HostFileSystem, ${way}`, () => {
    it("path_open refuses a path that leads outside", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      Deno.mkdirSync(`${ground.inside}/a/b`, { recursive: true });
      for (
        const path of [
          "../outside/secret",
          "a/../../outside/secret",
          "a/b/../../../outside/secret",
          "/etc/passwd",
          "a//../..//outside/secret",
          `${ground.outside}/secret`,
        ]
      ) assertEquals(guest.readFile(path), Errno.PERM, path);
    });

    it("path_open follows links inside, and .. after a link", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/a/b/c`, { recursive: true });
      Deno.writeTextFileSync(`${inside}/a/b/near`, "near");
      Deno.writeTextFileSync(`${inside}/top`, "top");
      Deno.symlinkSync("a/b/c", `${inside}/deep`);
      Deno.symlinkSync("../../../top", `${inside}/a/b/c/up`);
      assertEquals(guest.readFile("deep/../near"), "near");
      assertEquals(guest.readFile("deep/up"), "top");
      assertEquals(guest.readFile("a/b/c/up"), "top");
      assertEquals(guest.readFile("deep/../../../top"), "top");
      assertEquals(guest.readFile("deep/../../../../top"), Errno.PERM);
    });

    it("path_open refuses links that lead outside", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside, outside } = ground;
      Deno.mkdirSync(`${inside}/d`);
      Deno.symlinkSync(`${outside}/secret`, `${inside}/absolute`);
      Deno.symlinkSync("../outside/secret", `${inside}/relative`);
      Deno.symlinkSync(outside, `${inside}/directory`);
      Deno.symlinkSync("../../outside", `${inside}/d/up`);
      Deno.symlinkSync("relative", `${inside}/chained`);
      for (
        const path of [
          "absolute",
          "relative",
          "directory/secret",
          "d/up/secret",
          "chained",
          "d/../d/up/secret",
        ]
      ) {
        assertEquals(guest.readFile(path), Errno.PERM, path);
        const opened = guest.open(path, {
          follow: true,
          rights: READ_WRITE,
          oflags: CREAT | TRUNC,
        });
        assertEquals(opened.errno, Errno.PERM, path);
      }
      assertEquals(guest.names("directory/"), Errno.PERM);
      assertEquals(guest.stat("absolute", true), Errno.PERM);
      assertEquals(guest.stat("directory/secret"), Errno.PERM);
      assertEquals(ground.outsideNow(), { secret: "secret" });
    });

    it("path_open takes nothing else for the file that was looked at just now", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside, outside } = ground;
      const file = `${inside}/file`;
      const swaps: [string, () => void, (string | number)[]][] = [
        [
          "a link outside",
          () => Deno.symlinkSync(`${outside}/secret`, file),
          [Errno.PERM, Errno.LOOP],
        ],
        ["another file", () => Deno.writeTextFileSync(file, "new"), ["new"]],
        [
          "a directory",
          () => Deno.mkdirSync(file),
          [Errno.ISDIR, Errno.ACCES],
        ],
        ["nothing", () => {}, [Errno.NOENT]],
      ];
      // Within the time that a look is good for, and in most rounds after it.
      for (let round = 0; round < 25; round++) {
        for (const [what, swap, expected] of swaps) {
          Deno.writeTextFileSync(`${inside}/old`, "old");
          Deno.renameSync(`${inside}/old`, file);
          assertNotEquals(guest.stat("file"), Errno.NOENT);
          Deno.removeSync(file);
          swap();
          const read = guest.readFile("file");
          assert(expected.includes(read), `${what}: ${read}`);
          try {
            Deno.removeSync(file);
          } catch {
            // There is nothing.
          }
        }
      }
      assertEquals(ground.outsideNow(), { secret: "secret" });
    });

    it("path_open meets what the guest itself has just changed", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside } = ground;
      for (let round = 0; round < 25; round++) {
        Deno.writeTextFileSync(`${inside}/a`, "a");
        Deno.writeTextFileSync(`${inside}/b`, "b");
        guest.stat("a");
        assertEquals(guest.rename("b", "a"), Errno.SUCCESS);
        assertEquals(guest.readFile("a"), "b");
        guest.stat("a");
        assertEquals(guest.at("path_unlink_file", "a"), Errno.SUCCESS);
        assertEquals(guest.readFile("a"), Errno.NOENT);
      }
    });

    it("path_open makes no file through a dangling link", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside, outside } = ground;
      Deno.mkdirSync(`${inside}/d`);
      Deno.symlinkSync(`${outside}/new`, `${inside}/absolute`);
      Deno.symlinkSync("../../outside/new", `${inside}/d/relative`);
      for (const path of ["absolute", "d/relative"]) {
        for (const follow of [false, true]) {
          const opened = guest.open(path, {
            follow,
            rights: READ_WRITE,
            oflags: CREAT,
          });
          assertNotEquals(opened.errno, Errno.SUCCESS, path);
        }
      }
      assertEquals(ground.outsideNow(), { secret: "secret" });
    });

    it("path_open gives up on a loop of links", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      Deno.symlinkSync("b", `${ground.inside}/a`);
      Deno.symlinkSync("a", `${ground.inside}/b`);
      assertEquals(guest.readFile("a"), Errno.LOOP);
      assertEquals(guest.readFile("a/x"), Errno.LOOP);
    });

    it("path_open takes a trailing slash for a directory", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      Deno.writeTextFileSync(`${ground.inside}/file`, "text");
      Deno.symlinkSync("file", `${ground.inside}/link`);
      assertEquals(guest.readFile("file/"), Errno.NOTDIR);
      assertEquals(guest.readFile("file/."), Errno.NOTDIR);
      assertEquals(guest.readFile("link/"), Errno.NOTDIR);
      assertEquals(guest.readFile("file/x"), Errno.NOTDIR);
      assertEquals(
        guest.open("new/", { rights: READ_WRITE, oflags: CREAT }).errno,
        Errno.ISDIR,
      );
    });

    it("path_open makes and truncates files where it should", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/a/b`, { recursive: true });
      assertEquals(guest.writeFile("a/b/file", "first"), 0);
      assertEquals(guest.writeFile("a/b/file", "2nd"), 0);
      assertEquals(guest.writeFile("top", "text"), 0);
      assertEquals(Deno.readTextFileSync(`${inside}/a/b/file`), "2nd");
      assertEquals([...Deno.readDirSync(inside)].length, 2);
      assertEquals(guest.writeFile("a/none/file", "text"), Errno.NOENT);
    });

    it("changes only inside: make, remove, rename, link, list", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside, outside } = ground;
      Deno.symlinkSync(outside, `${inside}/out`);
      Deno.writeTextFileSync(`${inside}/mine`, "mine");
      assertEquals(guest.at("path_create_directory", "out/d"), Errno.PERM);
      assertEquals(guest.at("path_create_directory", "../d"), Errno.PERM);
      assertEquals(guest.at("path_unlink_file", "out/secret"), Errno.PERM);
      assertEquals(guest.at("path_remove_directory", "../outside"), Errno.PERM);
      assertEquals(guest.rename("out/secret", "stolen"), Errno.PERM);
      assertEquals(guest.rename("mine", "out/mine"), Errno.PERM);
      assertEquals(guest.rename("mine", "../mine"), Errno.PERM);
      assertEquals(guest.link("out/secret", "stolen"), Errno.PERM);
      assertEquals(guest.link("mine", "out/mine"), Errno.PERM);
      assertEquals(guest.names("out"), Errno.LOOP);
      assertEquals(guest.at("path_unlink_file", "out"), 0);
      assertEquals(ground.outsideNow(), { secret: "secret" });
      assertEquals(guest.names("."), [".", "..", "mine"]);
    });

    it("path_rename and path_link move no link to where it leads out", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/a/b`, { recursive: true });
      Deno.symlinkSync("../outside", `${inside}/a/fine`);
      Deno.symlinkSync("/etc", `${inside}/a/absolute`);
      assertEquals(guest.rename("a/fine", "out"), Errno.PERM);
      assertEquals(guest.link("a/fine", "out"), Errno.PERM);
      assertEquals(guest.rename("a/absolute", "a/b/absolute"), Errno.PERM);
      assertEquals(guest.rename("a/fine", "a/b/fine"), 0);
    });

    it("refuses FIFOs and sockets before it opens them", async () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/d`);
      await new Deno.Command("mkfifo", {
        args: [`${inside}/fifo`, `${inside}/d/fifo`],
      }).output();
      using _socket = Deno.listen({
        transport: "unix",
        path: `${inside}/socket`,
      });
      for (const path of ["fifo", "d/fifo", "socket"]) {
        for (const rights of [READ, READ_WRITE]) {
          assertEquals(guest.open(path, { rights }).errno, Errno.ACCES, path);
        }
        assertEquals(guest.stat(path), 0);
      }
    });

    it("path_filestat_set_times sets and tells nanoseconds", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      Deno.mkdirSync(`${ground.inside}/d`);
      for (const path of ["file", "d/file"]) {
        assertEquals(guest.writeFile(path, "text"), 0);
        const set = 1_234_567_890_123_456_789n;
        const errno = guest.call(
          "path_filestat_set_times",
          ROOT,
          0,
          ...guest.path(path),
          0n,
          set,
          4,
        );
        assertEquals(errno, 0);
        assertEquals(guest.stat(path), 0);
        assertEquals(guest.mtim, set);
        const { mtime } = Deno.statSync(`${ground.inside}/${path}`);
        assertEquals(mtime?.getTime(), 1_234_567_890_123);
      }
    });

    it("keeps a descriptor of a directory that the guest renames", () => {
      using ground = new Ground();
      using guest = guestOn(ground);
      assertEquals(guest.at("path_create_directory", "old"), 0);
      assertEquals(guest.at("path_create_directory", "old/in"), 0);
      assertEquals(guest.writeFile("old/in/file", "text"), 0);
      const rights = 1 << 13;
      const { fd } = guest.open("old/in", { rights, inheriting: READ });
      assertEquals(guest.rename("old", "new"), 0);
      const opened = guest.open("file", { at: fd });
      assertEquals(opened.errno, 0);
      assertEquals(guest.read(opened.fd), "text");
      assertEquals(guest.open("../file", { at: fd }).errno, Errno.PERM);
    });
  });
}

describe("HostFileSystem", () => {
  it("refuses devices before it opens them", () => {
    using guest = Guest.on("/dev", false);
    assertEquals(guest.open("null").errno, Errno.ACCES);
    assertEquals(guest.open("zero").errno, Errno.ACCES);
  });

  it("changes nothing in a read-only directory", () => {
    using ground = new Ground();
    using guest = Guest.on(ground.inside, false);
    Deno.writeTextFileSync(`${ground.inside}/file`, "text");
    assertEquals(guest.readFile("file"), "text");
    assertEquals(
      guest.open("file", { rights: READ_WRITE }).errno,
      Errno.ROFS,
    );
    assertEquals(
      guest.open("new", { oflags: CREAT }).errno,
      Errno.NOTCAPABLE,
    );
    assertEquals(
      guest.open("file", { oflags: TRUNC }).errno,
      Errno.NOTCAPABLE,
    );
    for (
      const name of [
        "path_create_directory",
        "path_remove_directory",
        "path_unlink_file",
      ]
    ) assertEquals(guest.at(name, "file"), Errno.NOTCAPABLE, name);
    assertEquals(guest.rename("file", "new"), Errno.NOTCAPABLE);
    assertEquals(guest.link("file", "new"), Errno.NOTCAPABLE);
    assertEquals(guest.symlink("file", "new"), Errno.NOTCAPABLE);
    assertEquals(Deno.readTextFileSync(`${ground.inside}/file`), "text");
  });

  it("path_symlink asks the broker, and only for links that stay inside", () => {
    using ground = new Ground();
    const asked: string[] = [];
    const host = ground.inside;
    using guest = new Guest({
      directories: [{ guest: "/", host, write: true }],
    }, {
      symlink(guest, place, target) {
        asked.push(`${guest} ${place} -> ${target}`);
        Deno.symlinkSync(target, `${host}/${place}`);
        return undefined;
      },
    });
    Deno.mkdirSync(`${host}/d`);
    assertEquals(guest.symlink("../file", "d/fine"), 0);
    assertEquals(guest.symlink("../outside", "out"), Errno.PERM);
    assertEquals(guest.symlink("d/../../outside", "out"), Errno.PERM);
    assertEquals(guest.symlink("/etc", "out"), Errno.PERM);
    assertEquals(asked, ["/ d/fine -> ../file"]);
  });

  it("path_symlink is not supported without a broker", () => {
    using ground = new Ground();
    using guest = Guest.on(ground.inside);
    assertEquals(guest.symlink("file", "link"), Errno.NOTSUP);
  });

  it("stops storing at its budget, and leaves no more behind", () => {
    using ground = new Ground();
    using guest = new Guest({
      directories: [{ guest: "/", host: ground.inside, write: true }],
      limits: { ...LIMITS, maxDescriptors: 8, maxWriteBytes: 10 },
    });
    const { fd } = guest.open("file", { rights: READ_WRITE, oflags: CREAT });
    assertEquals(guest.write(fd, "1234567"), 0);
    assertEquals(guest.write(fd, "890ab"), 0);
    assertEquals(guest.u32, 3);
    assertEquals(guest.write(fd, "c"), Errno.NOSPC);
    assertEquals(guest.call("fd_filestat_set_size", fd, 11n), Errno.NOSPC);
    assertEquals(guest.call("fd_allocate", fd, 0n, 100n), Errno.NOSPC);
    assertEquals(Deno.statSync(`${ground.inside}/file`).size, 10);
  });

  it("shows guests no file in the making", () => {
    using ground = new Ground();
    const anchor = ground.anchor();
    assert(anchor !== undefined);
    using guest = Guest.on(ground.inside, true, anchor);
    Deno.mkdirSync(`${ground.inside}/d`);
    assertEquals(guest.writeFile("d/file", "text"), 0);
    assertEquals(guest.stat("d/file"), 0);
    assertEquals([...Deno.readDirSync(ground.inside)].length, 1);
    assertEquals(Deno.statSync(`${ground.inside}/d/file`).nlink, 1);
  });
});
