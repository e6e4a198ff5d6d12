/** What the code does with other systems' paths; nothing was run on them. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { normalize } from "@std/path/windows/normalize";
import { parseDirectory } from "../../src/cli/grant.ts";
import { SandboxConfig } from "../../src/config/sandbox_config.ts";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { readModuleSource } from "../../src/tool/module_source.ts";
import { Ground, Guest } from "../imports/wasi/guest.ts";

/** Makes the code believe that it runs on Windows. */
function asOnWindows(): Disposable {
  const real = Deno.build;
  const assign = (build: typeof Deno.build) => Object.assign(Deno, { build });
  assign({ ...real, os: "windows" });
  return { [Symbol.dispose]: () => assign(real) };
}

Deno.test("A Windows host path is granted as it is, at a guest path with slashes", () => {
  for (const host of ["C:\\data", "C:/data", "\\\\server\\share", "data"]) {
    const grant = parseDirectory(`${host}::/data/`);
    const { allowedPaths } = SandboxConfig.builder()
      .allowedPath(grant.guest, grant.host)
      .build();
    assertEquals(allowedPaths, [{ guest: "/data", host, write: false }]);
  }
});

Deno.test("A Windows path is no guest path", () => {
  for (const guest of ["C:\\data", "\\data", "data", "C:/data"]) {
    assertThrows(
      () => SandboxConfig.builder().allowedPath(guest, "data"),
      TypeError,
      "is not absolute",
    );
  }
});

Deno.test("A module's Windows path is a path, and no URL", async () => {
  for (const path of ["C:\\none\\tool.wasm", "c:/none/tool.wasm"]) {
    await assertRejects(() => readModuleSource(path), Deno.errors.NotFound);
  }
});

Deno.test("A guest's name stays one name below a Windows folder", () => {
  const below = (name: string) => normalize(`C:\\data/${name}`);
  for (const name of ["a", "a/b", "a b", "..a", "a..b"]) {
    assert(below(name).startsWith("C:\\data\\"), name);
  }
  // Why the next test matters.
  assertEquals(below("a\\..\\..\\outside"), "C:\\outside");
});

Deno.test({
  name: "A guest's name that Windows takes for more is refused there only",
  ignore: Deno.build.os === "windows",
  fn() {
    using ground = new Ground();
    using guest = Guest.on(ground.inside);
    const names = ["a\\b", "..\\outside", "c:d", "file:stream", "d/e\\f"];
    Deno.mkdirSync(`${ground.inside}/d`);
    for (const name of names) {
      Deno.writeTextFileSync(`${ground.inside}/${name}`, "here");
      assertEquals(guest.readFile(name), "here", name);
    }
    using _windows = asOnWindows();
    for (const name of names) {
      assertEquals(guest.readFile(name), Errno.NOENT, name);
    }
  },
});
