import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ErrorCode } from "../../../src/fs/error_code.ts";
import {
  Held,
  HeldDirectories,
} from "../../../src/fs/host/held_directories.ts";
import type { HostDirectory } from "../../../src/fs/host/host_directory.ts";
import { identityOf } from "../../../src/fs/host/host_stat.ts";
import { makeLink } from "../../../src/fs/host/make_link.ts";
import { Ground } from "../../imports/wasi/guest.ts";

function anchored(ground: Ground): HostDirectory {
  const anchor = ground.anchor();
  assert(anchor !== undefined);
  return { guest: "/", host: ground.inside, write: true, anchor };
}

function make(
  directory: HostDirectory,
  place: string,
  target: string,
  held: HeldDirectories = new HeldDirectories(),
): ErrorCode | undefined {
  return makeLink(directory, place, target, held);
}

describe("makeLink", () => {
  it("makes links that stay inside, and no others", () => {
    using ground = new Ground();
    const host = ground.inside;
    Deno.mkdirSync(`${host}/d`);
    const directory = anchored(ground);
    assertEquals(make(directory, "d/link", "./file"), undefined);
    assertEquals(Deno.readLinkSync(`${host}/d/link`), "./file");
    assertEquals(make(directory, "d/link", "file"), "EEXIST");
    assertEquals(make(directory, "none/link", "file"), "ENOENT");
    for (const target of ["/etc", "../outside", "d/../../outside", ""]) {
      assertEquals(make(directory, "out", target), "EPERM", target);
    }
    for (const target of ["../file", "..", "x/..", "./../d/file"]) {
      const place = "d/up";
      assertEquals(make(directory, place, target), "EPERM", target);
    }
    for (const place of ["../outside/x", "/x", "", "d//x", "d/./x", "x\0"]) {
      assertEquals(make(directory, place, "file"), "EPERM", place);
    }
    const readOnly = { ...directory, write: false };
    assertEquals(make(readOnly, "link", "file"), "EROFS");
  });

  it("follows no link on the way", () => {
    using ground = new Ground();
    Deno.symlinkSync(ground.outside, `${ground.inside}/out`);
    assertEquals(make(anchored(ground), "out/link", "file"), "ELOOP");
    assertEquals(ground.outsideNow(), { secret: "secret" });
  });

  it("makes none without an anchor, as nothing else holds the way", () => {
    using ground = new Ground();
    const directory = { guest: "/", host: ground.inside, write: true };
    assertEquals(make(directory, "link", "file"), "ENOTSUP");
  });

  it("makes none in what is only to be read, and none in an anchor", () => {
    using ground = new Ground();
    const { inside } = ground;
    for (const name of ["data", "links"]) Deno.mkdirSync(`${inside}/${name}`);
    const held = new HeldDirectories();
    held.hold(identityOf(Deno.statSync(`${inside}/links`)), Held.Anchor);
    const directory = { ...anchored(ground), readOnly: ["data"] };
    assertEquals(make(directory, "data/link", "file", held), "EROFS");
    assertEquals(make(directory, "links/l40", "l1", held), "EACCES");
    const own = ".cortexai-sandbox-x";
    assertEquals(make(directory, own, "file", held), "EACCES");
  });

  it("makes none when its folder is another one by now", () => {
    using ground = new Ground();
    const { inside } = ground;
    const identity = identityOf(Deno.statSync(inside));
    const directory = { ...anchored(ground), identity };
    Deno.renameSync(inside, `${inside}-moved`);
    Deno.mkdirSync(inside);
    assertEquals(make(directory, "link", "file"), "ESTALE");
  });
});

Deno.test({
  name: "makeLink asks nobody for a permission that it lacks",
  permissions: { read: true, write: false },
  fn() {
    const directory = {
      guest: "/",
      host: "/",
      write: true,
      anchor: "/nowhere",
    };
    assertEquals(make(directory, "link", "file"), "ENOTSUP");
  },
});
