import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { Ground, Guest, READ_WRITE } from "./guest.ts";

const CREAT = 1;
const EXCL = 4;

/** The same rules hold in a directory of the host and in one in memory. */
const PLACES: [string, (ground: Ground) => Guest][] = [
  ["host", (ground) =>
    new Guest({
      directories: [{ guest: "/", host: ground.inside, write: true }],
    }, {
      symlink(_, place, target) {
        Deno.symlinkSync(target, `${ground.inside}/${place}`);
        return undefined;
      },
    })],
  ["memory", () =>
    new Guest({
      memoryDirectories: [{ guest: "/", files: {}, maxBytes: 1e6 }],
    })],
];

for (const [place, guestIn] of PLACES) {
  describe(`Path entries, ${place}`, () => {
    it("path_open makes nothing exclusively through a link", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.at("path_create_directory", "d");
      for (
        const [target, link] of [
          ["missing", "dangling"],
          ["dangling", "chained"],
          ["d/missing", "below"],
          ["d", "directory"],
        ] as const
      ) assertEquals(guest.symlink(target, link), 0, link);
      assertEquals(guest.writeFile("file", "text"), 0);
      assertEquals(guest.symlink("file", "to-file"), 0);
      const taken = ["dangling", "chained", "below", "directory", "to-file"];
      for (const path of taken) {
        for (const follow of [false, true]) {
          const oflags = CREAT | EXCL;
          const opened = guest.open(path, {
            follow,
            oflags,
            rights: READ_WRITE,
          });
          assertEquals(opened.errno, Errno.EXIST, path);
        }
      }
      assertEquals(guest.stat("missing"), Errno.NOENT);
      assertEquals(guest.stat("d/missing"), Errno.NOENT);
      const options = { oflags: CREAT | EXCL, rights: READ_WRITE };
      assertEquals(guest.open("directory/new", options).errno, 0);
      assertEquals(guest.stat("d/new"), 0);
    });

    it("path_remove_directory takes no path that ends in a dot", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.at("path_create_directory", "dd");
      guest.at("path_create_directory", "dd/in");
      guest.writeFile("file", "text");
      const remove = (path: string) => guest.at("path_remove_directory", path);
      for (const path of ["dd/.", "dd/./", "dd/in/.", ".", "dd/in/././/"]) {
        assertEquals(remove(path), Errno.INVAL, path);
      }
      assertEquals(remove("dd/.."), Errno.NOTEMPTY);
      assertEquals(remove("dd/in/.."), Errno.NOTEMPTY);
      assertEquals(remove("missing/."), Errno.NOENT);
      assertEquals(remove("file/."), Errno.NOTDIR);
      assertEquals(remove("dd/in/"), 0);
      assertEquals(remove("dd"), 0);
    });

    it("path_unlink_file, path_rename and path_create_directory neither", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.at("path_create_directory", "dd");
      guest.at("path_create_directory", "dd/in");
      for (const path of ["dd/.", "dd/in/.."]) {
        assertEquals(guest.at("path_unlink_file", path), Errno.ISDIR, path);
        assertEquals(guest.rename(path, "new"), Errno.INVAL, path);
        const made = guest.at("path_create_directory", path);
        assertEquals(made, Errno.EXIST, path);
      }
      assertEquals(guest.rename("dd/in", "new/."), Errno.NOENT);
      assertEquals(guest.rename("dd/in", "dd/in/.."), Errno.INVAL);
      assertEquals(guest.at("path_create_directory", "new/."), Errno.NOENT);
      assertEquals(guest.symlink("x", "new/."), Errno.NOENT);
      assertEquals(guest.stat("new"), Errno.NOENT);
      assertEquals(guest.rename("dd/in/", "new/"), 0);
    });

    it("a slash behind a link doesn't mean what it leads to", () => {
      using ground = new Ground();
      using guest = guestIn(ground);
      guest.at("path_create_directory", "dd");
      guest.symlink("dd", "link");
      guest.symlink("missing", "dangling");
      for (const link of ["link/", "dangling/"]) {
        const errnoOf = (name: string) => guest.at(name, link);
        assertEquals(errnoOf("path_remove_directory"), Errno.NOTDIR, link);
        assertEquals(errnoOf("path_unlink_file"), Errno.NOTDIR, link);
        assertEquals(errnoOf("path_create_directory"), Errno.EXIST, link);
        assertEquals(guest.rename(link, "moved"), Errno.NOTDIR, link);
        assertEquals(guest.link(link, "linked"), Errno.NOTDIR, link);
        assertEquals(guest.symlink("x", link), Errno.EXIST, link);
      }
      assertEquals(guest.names("."), [".", "..", "dangling", "dd", "link"]);
    });
  });
}
