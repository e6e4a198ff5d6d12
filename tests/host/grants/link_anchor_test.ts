import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ground } from "../../imports/wasi/guest.ts";

Deno.test("createLinkAnchor makes a path below which no link can be followed", () => {
  using ground = new Ground();
  const { inside } = ground;
  Deno.mkdirSync(`${inside}/d`);
  Deno.writeTextFileSync(`${inside}/d/file`, "text");
  Deno.symlinkSync("d", `${inside}/link`);
  const anchor = ground.anchor();
  assert(anchor !== undefined);
  assert(Deno.lstatSync(`${anchor}/d/file`).isFile);
  assert(Deno.lstatSync(`${anchor}/link`).isSymlink);
  for (
    const act of [
      () => Deno.lstatSync(`${anchor}/link/file`),
      () => [...Deno.readDirSync(`${anchor}/link`)],
      () => Deno.mkdirSync(`${anchor}/link/new`),
      () => Deno.removeSync(`${anchor}/link/file`),
      () => Deno.renameSync(`${anchor}/link/file`, `${anchor}/moved`),
      () => Deno.linkSync(`${anchor}/link/file`, `${anchor}/linked`),
    ]
  ) {
    const error = assertThrows(act, Error);
    assertEquals((error as Error & { code?: string }).code, "ELOOP");
  }
});
