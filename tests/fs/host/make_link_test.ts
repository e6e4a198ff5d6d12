import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { makeLink } from "../../../src/fs/host/make_link.ts";
import { Ground } from "../../imports/wasi/guest.ts";

for (const way of ["guarded", "anchored"]) {
  describe(`makeLink, ${way}`, () => {
    it("makes links that stay inside, and no others", () => {
      using ground = new Ground();
      const host = ground.inside;
      Deno.mkdirSync(`${host}/d`);
      const anchor = way === "anchored" ? ground.anchor() : undefined;
      const directory = {
        guest: "/",
        host,
        write: true,
        ...anchor && { anchor },
      };
      assertEquals(makeLink(directory, "d/link", "./file"), undefined);
      assertEquals(Deno.readLinkSync(`${host}/d/link`), "./file");
      assertEquals(makeLink(directory, "d/link", "file"), "EEXIST");
      assertEquals(makeLink(directory, "none/link", "file"), "ENOENT");
      for (const target of ["/etc", "../outside", "d/../../outside", ""]) {
        assertEquals(makeLink(directory, "out", target), "EPERM", target);
      }
      for (const target of ["../file", "..", "x/..", "./../d/file"]) {
        const place = "d/up";
        assertEquals(makeLink(directory, place, target), "EPERM", target);
      }
      for (const place of ["../outside/x", "/x", "", "d//x", "d/./x", "x\0"]) {
        assertEquals(makeLink(directory, place, "file"), "EPERM", place);
      }
      const readOnly = { ...directory, write: false };
      assertEquals(makeLink(readOnly, "link", "file"), "EROFS");
    });

    it("follows no link on the way", () => {
      using ground = new Ground();
      const host = ground.inside;
      Deno.symlinkSync(ground.outside, `${host}/out`);
      const anchor = way === "anchored" ? ground.anchor() : undefined;
      assert(way === "guarded" || anchor !== undefined);
      const directory = {
        guest: "/",
        host,
        write: true,
        ...anchor && { anchor },
      };
      assertEquals(makeLink(directory, "out/link", "file"), "ELOOP");
      assertEquals(ground.outsideNow(), { secret: "secret" });
    });
  });
}
