import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { Ground, Guest, LIST, READ, READ_WRITE } from "./guest.ts";

const CREAT = 1;
const APPEND = 1;
const [SET, CUR, END] = [0, 1, 2];

/** The same rules hold in a directory of the host and in one in memory. */
const PLACES: [string, (ground: Ground) => Guest][] = [
  ["host", (ground) => Guest.on(ground.inside)],
  ["memory", () =>
    new Guest({
      memoryDirectories: [{ guest: "/", files: {}, maxBytes: 1e6 }],
    })],
];

for (const [place, guestIn] of PLACES) {
  describe(`Files, ${place}`, () => {
    it("fd_seek moves within and beyond a file, never before it", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.writeFile("file", "0123456789");
      const { fd } = guest.open("file");
      const seek = (offset: bigint, whence: number) =>
        guest.call("fd_seek", fd, offset, whence, 64);
      assertEquals(seek(-3n, END), 0);
      assertEquals(guest.read(fd), "789");
      assertEquals(seek(-4n, CUR), 0);
      assertEquals(guest.read(fd, 2), "67");
      assertEquals(seek(-1n, SET), Errno.INVAL);
      assertEquals(seek(-100n, CUR), Errno.INVAL);
      assertEquals(seek(0n, 3), Errno.INVAL);
      assertEquals(seek(1n << 60n, SET), Errno.FBIG);
      assertEquals(seek(100n, SET), 0);
      assertEquals(guest.read(fd), "");
      assertEquals(guest.call("fd_tell", fd, 64), 0);
      assertEquals(guest.view.getBigUint64(64, true), 100n);
    });

    it("fd_pread and fd_pwrite leave the position where it is", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      const { fd } = guest.open("file", { rights: READ_WRITE, oflags: CREAT });
      guest.write(fd, "0123456789");
      assertEquals(guest.call("fd_pwrite", fd, 128, 1, 8n, 64), 0);
      assertEquals(guest.call("fd_pread", fd, 128, 1, 9n, 64), 0);
      assertEquals(guest.u32, 9);
      assertEquals(guest.call("fd_pread", fd, 128, 1, -1n, 64), Errno.INVAL);
      assertEquals(guest.call("fd_tell", fd, 64), 0);
      assertEquals(guest.u32, 10);
      assertEquals(guest.readFile("file"), "012345670123456789");
    });

    it("fd_write appends where the flag says so, until it is taken off", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.writeFile("file", "one ");
      const { fd } = guest.open("file", {
        rights: READ_WRITE,
        fdflags: APPEND,
      });
      guest.write(fd, "two ");
      assertEquals(guest.call("fd_seek", fd, 0n, SET, 64), 0);
      guest.write(fd, "three");
      assertEquals(guest.readFile("file"), "one two three");
      assertEquals(guest.call("fd_fdstat_set_flags", fd, 0), 0);
      assertEquals(guest.call("fd_seek", fd, 0n, SET, 64), 0);
      guest.write(fd, "1");
      assertEquals(guest.readFile("file"), "1ne two three");
    });

    it("fd_read fills several buffers, and stops at the end", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.writeFile("file", "0123456789");
      const { fd } = guest.open("file");
      [200, 4, 300, 0, 400, 100].forEach((number, i) =>
        guest.view.setUint32(512 + i * 4, number, true)
      );
      assertEquals(guest.call("fd_read", fd, 512, 3, 64), 0);
      assertEquals(guest.u32, 10);
      assertEquals(guest.text(200, 4), "0123");
      assertEquals(guest.text(400, 6), "456789");
    });

    it("fd_read and fd_write need their rights", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.writeFile("file", "text");
      const { fd } = guest.open("file", { rights: READ });
      assertEquals(guest.write(fd, "x"), Errno.BADF);
      assertEquals(guest.call("fd_fdstat_set_rights", fd, 4n, 0n), 0);
      assertEquals(guest.call("fd_read", fd, 128, 1, 64), Errno.BADF);
      assertEquals(
        guest.call("fd_fdstat_set_rights", fd, 6n, 0n),
        Errno.NOTCAPABLE,
      );
      const directory = guest.open(".", { rights: LIST });
      assertEquals(
        guest.call("fd_read", directory.fd, 128, 1, 64),
        Errno.ISDIR,
      );
    });

    it("fd_filestat_set_size and fd_allocate fill with zeros", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      const { fd } = guest.open("file", { rights: READ_WRITE, oflags: CREAT });
      guest.write(fd, "0123456789");
      assertEquals(guest.call("fd_filestat_set_size", fd, 4n), 0);
      assertEquals(guest.call("fd_filestat_set_size", fd, 6n), 0);
      assertEquals(guest.readFile("file"), "0123\0\0");
      assertEquals(guest.call("fd_allocate", fd, 6n, 2n), 0);
      assertEquals(guest.call("fd_allocate", fd, 0n, 2n), 0);
      assertEquals(guest.stat("file"), 0);
      assertEquals(guest.size, 8n);
      assertEquals(guest.call("fd_allocate", fd, 0n, 0n), Errno.INVAL);
      assertEquals(guest.call("fd_allocate", fd, -1n, 2n), Errno.INVAL);
      assertEquals(
        guest.call("fd_allocate", fd, 1n << 52n, 1n << 52n),
        Errno.FBIG,
      );
    });

    it("fd_renumber closes the target and moves the source", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.writeFile("a", "a");
      guest.writeFile("b", "b");
      const a = guest.open("a").fd;
      const b = guest.open("b").fd;
      assertEquals(guest.call("fd_renumber", a, b), 0);
      assertEquals(guest.read(b), "a");
      assertEquals(guest.call("fd_close", a), Errno.BADF);
      assertEquals(guest.call("fd_renumber", b, 99), Errno.BADF);
    });

    it("a file lives on while it is open, unlinked", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.writeFile("file", "text");
      const { fd } = guest.open("file");
      assertEquals(guest.at("path_unlink_file", "file"), 0);
      assertEquals(guest.read(fd), "text");
      assertEquals(guest.stat("file"), Errno.NOENT);
    });

    it("fd_readdir goes on at any cookie, and over removed files", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      const many = Array.from({ length: 60 }, (_, i) => `file-${i}`).sort();
      guest.at("path_create_directory", "d");
      guest.at("path_create_directory", "other");
      for (const name of many) guest.writeFile(`d/${name}`, "");
      const { fd } = guest.open("d", { rights: LIST, oflags: 2 });
      assertEquals(
        guest.list(fd, 100).map(({ name }) => name),
        [".", "..", ...many],
      );
      const all = guest.list(fd);
      assertEquals(guest.call("fd_readdir", fd, 16_384, 300, 0n, 64), 0);
      const cookie = all[8]?.next ?? 0n;
      assertEquals(guest.call("fd_readdir", fd, 16_384, 300, cookie, 64), 0);
      assertEquals(guest.text(16_384 + 24, 6), all[9]?.name.slice(0, 6));
    });

    it("fd_readdir skips nothing when files go while others are listed", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.at("path_create_directory", "d");
      const names = ["a", "b", "c", "e", "f", "g"];
      for (const name of names) guest.writeFile(`d/${name}`, "");
      const { fd } = guest.open("d", { rights: LIST, oflags: 2 });
      const seen: string[] = [];
      for (let cookie = 0n;;) {
        guest.call("fd_readdir", fd, 16_384, 30, cookie, 64);
        if (guest.u32 < 25) break;
        const length = guest.view.getUint32(16_384 + 16, true);
        const name = guest.text(16_384 + 24, length);
        cookie = guest.view.getBigUint64(16_384, true);
        seen.push(name);
        if (!name.startsWith(".")) guest.at("path_unlink_file", `d/${name}`);
        guest.names(".");
      }
      assertEquals(seen, [".", "..", ...names]);
    });
  });
}
