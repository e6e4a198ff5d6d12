import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FolderLocks } from "../../../src/fs/host/folder_locks.ts";
import {
  Held,
  HeldDirectories,
} from "../../../src/fs/host/held_directories.ts";
import type { HostDirectory } from "../../../src/fs/host/host_directory.ts";
import { identityOf } from "../../../src/fs/host/host_stat.ts";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { Rights } from "../../../src/imports/wasi/rights.ts";
import { Ground, Guest, READ, READ_WRITE } from "../../imports/wasi/guest.ts";

const CREAT = 1;
const TRUNC = 8;

/** Both ways of holding the wall, with and without an anchor. */
for (const way of ["guarded", "anchored"]) {
  describe(`A granted folder, ${way}`, () => {
    it("is not used once another one has its name", () => {
      using ground = new Ground();
      const { inside, outside } = ground;
      using guest = guestOn(way, ground, {
        identity: identityOf(Deno.statSync(inside)),
      });
      Deno.mkdirSync(`${inside}/d`);
      Deno.writeTextFileSync(`${inside}/file`, "text");
      const { fd } = guest.open("file", { rights: READ_WRITE });
      Deno.renameSync(inside, `${inside}-moved`);
      for (
        const put of [
          () => Deno.mkdirSync(inside),
          () => {
            Deno.removeSync(inside);
            Deno.symlinkSync(outside, inside);
          },
        ]
      ) {
        put();
        pause();
        for (const [name, errno] of operations(guest, "secret", "file")) {
          assertEquals(errno, Errno.STALE, name);
        }
        assertEquals(guest.stat("."), Errno.STALE);
      }
      assertEquals(guest.write(fd, "mine"), 0);
      assertEquals(ground.outsideNow(), { secret: "secret" });
    });

    it("keeps what is held where it is", () => {
      using ground = new Ground();
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/a/b/held`, { recursive: true });
      Deno.mkdirSync(`${inside}/other`);
      const held = new HeldDirectories();
      for (const path of ["a", "a/b", "a/b/held"]) {
        const identity = identityOf(Deno.statSync(`${inside}/${path}`));
        held.hold(identity, Held.Place);
      }
      using guest = guestOn(way, ground, {}, held);
      for (const path of ["a", "a/b", "a/b/held"]) {
        assertEquals(guest.rename(path, "moved"), Errno.BUSY, path);
        assertEquals(guest.rename("other", path), Errno.BUSY, path);
        const removed = guest.at("path_remove_directory", path);
        assertEquals(removed, Errno.BUSY, path);
      }
      assertEquals(guest.writeFile("a/b/held/file", "text"), 0);
      assertEquals(guest.rename("other", "a/b/held/other"), 0);
    });

    it("lets nothing change in an anchor, under whatever name", () => {
      using ground = new Ground();
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/a/alias`, { recursive: true });
      Deno.writeTextFileSync(`${inside}/a/alias/l1`, "link");
      Deno.writeTextFileSync(`${inside}/mine`, "mine");
      const held = new HeldDirectories();
      const alias = Deno.statSync(`${inside}/a/alias`);
      held.hold(identityOf(alias), Held.Anchor);
      using guest = guestOn(way, ground, {}, held);
      const before = snapshot(inside);
      for (
        const [name, errno] of changes(guest, "a/alias/l1", "a/alias/new")
      ) assertEquals(errno, Errno.ACCES, name);
      assertEquals(guest.rename("mine", "a/alias/l1"), Errno.ACCES);
      assertEquals(guest.rename("a/alias/l1", "stolen"), Errno.ACCES);
      assertEquals(guest.rename("a/alias", "moved"), Errno.ACCES);
      assertEquals(guest.names("a/alias"), Errno.ACCES);
      assertEquals(snapshot(inside), before);
    });

    it("hides the sandbox's own names at any depth", () => {
      using ground = new Ground();
      const { inside } = ground;
      const own = ".cortexai-sandbox-anchor-x";
      Deno.mkdirSync(`${inside}/d/${own}/in`, { recursive: true });
      Deno.writeTextFileSync(`${inside}/d/${own}/file`, "text");
      using guest = guestOn(way, ground);
      assertEquals(guest.names("d"), [".", ".."]);
      for (const below of ["file", "new", "in/new"]) {
        const path = `d/${own}/${below}`;
        for (const [name, errno] of operations(guest, path, path)) {
          assertEquals(errno, Errno.ACCES, `${name} ${path}`);
        }
      }
      for (const name of [own, own.toUpperCase()]) {
        const path = `d/${name}`;
        assertEquals(guest.stat(path), Errno.ACCES);
        assertEquals(guest.at("path_create_directory", path), Errno.ACCES);
        assertEquals(guest.rename(path, "moved"), Errno.ACCES);
      }
    });

    it("changes nothing in a part that is only to be read", () => {
      using ground = new Ground();
      const { inside } = ground;
      Deno.mkdirSync(`${inside}/data/deep`, { recursive: true });
      Deno.writeTextFileSync(`${inside}/data/file`, "text");
      Deno.writeTextFileSync(`${inside}/data/deep/file`, "text");
      Deno.writeTextFileSync(`${inside}/mine`, "mine");
      Deno.linkSync(`${inside}/data/file`, `${inside}/twin`);
      Deno.symlinkSync("data/file", `${inside}/link`);
      using guest = guestOn(way, ground, { readOnly: ["data"] });
      const before = snapshot(inside);
      for (const path of ["data/file", "data/deep/file"]) {
        for (const [name, errno] of changes(guest, path, `${path}-new`)) {
          assertEquals(errno, Errno.ROFS, `${name} ${path}`);
        }
        assertEquals(guest.rename("mine", path), Errno.ROFS);
        assertEquals(guest.rename(path, "stolen"), Errno.ROFS);
        assertEquals(guest.link(path, "stolen"), Errno.ROFS);
        assertEquals(guest.readFile(path), "text");
      }
      const through = { rights: READ_WRITE, follow: true };
      assertEquals(guest.open("link", through).errno, Errno.ROFS);
      // Another name of the same file.
      for (const oflags of [0, TRUNC]) {
        const opened = guest.open("twin", { rights: READ_WRITE, oflags });
        assertEquals(opened.errno, Errno.PERM);
      }
      assertEquals(touch(guest, "twin"), Errno.PERM);
      assertEquals(guest.readFile("twin"), "text");
      for (const path of ["twin", "data/file"]) {
        const rights = READ | Rights.FD_FILESTAT_SET_TIMES;
        const { fd } = guest.open(path, { rights });
        const set = guest.call("fd_filestat_set_times", fd, 0n, 0n, 5);
        assertEquals(set, Errno.ROFS, path);
      }
      assertEquals(snapshot(inside), before);
      assertEquals(guest.writeFile("mine", "new"), 0);
      assertEquals(guest.writeFile("data-too", "new"), 0);
    });
  });
}

describe("A granted folder that is made later", () => {
  it("is used, unless a link leads to it", () => {
    using ground = new Ground();
    Deno.mkdirSync(`${ground.outside}/later`);
    Deno.writeTextFileSync(`${ground.outside}/later/file`, "outside");
    const host = `${ground.inside}/d/later`;
    const on = () =>
      new Guest({ directories: [{ guest: "/", host, write: true }] });
    using before = on();
    assertEquals(before.stat("file"), Errno.NOENT);
    Deno.symlinkSync(ground.outside, `${ground.inside}/d`);
    assertEquals(before.readFile("file"), Errno.LOOP);
    Deno.removeSync(`${ground.inside}/d`);
    Deno.mkdirSync(host, { recursive: true });
    assertEquals(before.writeFile("file", "text"), 0);
    using after = on();
    assertEquals(after.readFile("file"), "text");
  });
});

/** A look at the folder is good for a tenth of a millisecond. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

type Outcomes = [name: string, errno: string | number | string[]][];

function guestOn(
  way: string,
  ground: Ground,
  more: Partial<HostDirectory> = {},
  held: HeldDirectories = new HeldDirectories(),
): Guest {
  const anchor = way === "anchored" ? ground.anchor() : undefined;
  const directory = {
    guest: "/",
    host: ground.inside,
    write: true,
    ...anchor && { anchor },
    ...more,
  };
  const shared = { locks: new FolderLocks().buffer, held: held.buffer };
  return new Guest({ directories: [directory], shared });
}

/** Every way to change `path`, which is there, or to make `made`. */
function changes(guest: Guest, path: string, made: string): Outcomes {
  const open = (path: string, oflags: number) =>
    guest.open(path, { rights: READ_WRITE, oflags }).errno;
  return [
    ["create", open(made, CREAT)],
    ["mkdir", guest.at("path_create_directory", made)],
    ["link to", guest.link("mine", made)],
    ["rename to", guest.rename("mine", made)],
    ["unlink", guest.at("path_unlink_file", path)],
    ["link from", guest.link(path, "stolen")],
    ["rename from", guest.rename(path, "stolen")],
  ];
}

/** Every way to use `path`, and to change it when it is `known`. */
function operations(guest: Guest, path: string, known: string): Outcomes {
  const open = (path: string, oflags: number) =>
    guest.open(path, { rights: READ_WRITE, oflags }).errno;
  return [
    ["read", guest.readFile(path)],
    ["stat", guest.stat(path)],
    ["open", open(known, 0)],
    ["create", open(path, CREAT)],
    ["truncate", open(known, TRUNC)],
    ["mkdir", guest.at("path_create_directory", path)],
    ["unlink", guest.at("path_unlink_file", known)],
    ["rmdir", guest.at("path_remove_directory", known)],
    ["rename", guest.rename(known, "moved")],
    ["link", guest.link(known, "linked")],
    ["touch", touch(guest, known)],
  ];
}

function touch(guest: Guest, path: string): number {
  const [at, length] = guest.path(path);
  return guest.call("path_filestat_set_times", 3, 0, at, length, 0n, 0n, 5);
}

/** Names, texts and times of everything in a folder. */
function snapshot(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const { nlink, mtime } = Deno.lstatSync(path);
    const itself = `${path} ${nlink} ${mtime?.getTime()}`;
    return isDirectory
      ? [itself, ...snapshot(path)]
      : [itself, Deno.readTextFileSync(path)];
  }).sort();
}
