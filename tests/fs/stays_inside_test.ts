import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { staysInside } from "../../src/fs/stays_inside.ts";
import { Ground, Guest } from "../imports/wasi/guest.ts";

describe("staysInside", () => {
  it("counts how far down a link is", () => {
    assert(staysInside("link", "file"));
    assert(staysInside("link", "./a//b"));
    assert(staysInside("a/link", "../file"));
    assert(staysInside("a/b/link", ".."));
    assert(!staysInside("link", "../file"));
    assert(!staysInside("a/link", "../../file"));
    assert(!staysInside("a/link", "../../a/file"));
    assert(!staysInside("a/link", "/file"));
    assert(!staysInside("a/link", ""));
  });

  it("takes no way up after a name, which may be a link", () => {
    assert(!staysInside("a/link", "b/../file"));
    assert(!staysInside("a/link", "b/.."));
    assert(!staysInside("a/b/link", "../c/../file"));
  });
});

describe("refuseOutwardLinksIn", () => {
  it("keeps a directory from where its links would lead outside", () => {
    using ground = new Ground();
    using guest = Guest.on(ground.inside, true, ground.anchor());
    const { inside } = ground;
    Deno.mkdirSync(`${inside}/a/b/c`, { recursive: true });
    Deno.symlinkSync("../../../file", `${inside}/a/b/c/link`);
    assertEquals(guest.rename("a/b", "b"), Errno.PERM);
    assertEquals(guest.rename("a/b/c", "a/c"), Errno.PERM);
    assertEquals(guest.rename("a/b", "a/moved"), 0);
    Deno.removeSync(`${inside}/a/moved/c/link`);
    Deno.symlinkSync("../d", `${inside}/a/moved/c/link`);
    assertEquals(guest.rename("a/moved", "moved"), 0);
  });
});
