import { assertEquals } from "@std/assert";
import type { HttpGuestEnd } from "../../src/channel/http_guest_end.ts";
import type { HostDoor } from "../../src/imports/host_door.ts";
import { open as openFs } from "../../src/imports/host_fs/provider.ts";
import { open as openUser } from "../../src/imports/host_user/provider.ts";
import type { OpenFamily } from "../../src/imports/open_family.ts";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { Ground, Guest, ROOT } from "./wasi/guest.ts";

type Call = (name: string, ...args: number[]) => number;

function callsOf(guest: Guest, open: typeof openFs): Call {
  const family: OpenFamily = open({
    stopPage: guest.stop,
    system: guest.wasi,
    network: {} as HttpGuestEnd,
    host: {} as HostDoor,
    numericImports: [],
  });
  family.attach(guest.memory, {});
  return (name, ...args) =>
    (family.imports[name] as (...args: number[]) => number)(...args);
}

Deno.test("host_user knows no terminal, no name and no root", () => {
  using guest = new Guest();
  const call = callsOf(guest, openUser);
  for (const fd of [0, 1, 2]) {
    guest.view.setUint32(64, 9, true);
    assertEquals(call("isatty", fd, 64), Errno.SUCCESS);
    assertEquals(guest.u32, 0);
  }
  guest.view.setUint32(64, 9, true);
  assertEquals(call("isatty", 77, 64), Errno.BADF);
  assertEquals(guest.u32, 0);
  for (const name of ["getuid", "geteuid", "getgid", "getegid"]) {
    assertEquals(call(name, 64), Errno.SUCCESS);
    assertEquals(guest.u32, 1000);
    assertEquals(call(name, -4), Errno.FAULT);
  }
  assertEquals(call("getpwuid", 0, 128, 64, 64), Errno.NOENT);
  assertEquals(guest.u32, 0);
});

Deno.test("host_fs tells the mode of what a path leads to, and 0 for nothing", () => {
  using ground = new Ground();
  using guest = new Guest({
    directories: [{ guest: "/", host: ground.inside, write: true }],
    memoryDirectories: [{
      guest: "/data/deep",
      files: { "f": new Uint8Array(3) },
      maxBytes: 1000,
    }],
  });
  Deno.mkdirSync(`${ground.inside}/d`);
  Deno.writeTextFileSync(`${ground.inside}/f`, "");
  Deno.symlinkSync("f", `${ground.inside}/link`);
  Deno.symlinkSync("../outside/secret", `${ground.inside}/out`);
  const call = callsOf(guest, openFs);
  const mode = (path: string, follow = 1) =>
    call("path_mode", ...guest.path(path), follow).toString(8);
  for (const path of ["/f", "f", "./f", "//f", "/d/../f", "/link"]) {
    assertEquals(mode(path), "100644", path);
  }
  for (const path of ["/", ".", "/d", "d/", "/data/deep", "data/deep/"]) {
    assertEquals(mode(path), "40755", path);
  }
  assertEquals(mode("/link", 0), "120777");
  assertEquals(mode("/data/deep/f"), "100644");
  for (
    const path of ["/no", "/out", "/../outside/secret", "f/", "/data", "", "\0"]
  ) assertEquals(mode(path), "0", path);
  assertEquals(call("path_mode", -1, 10, 1), 0);
  assertEquals(call("fd_mode", ROOT).toString(8), "40755");
  assertEquals(call("fd_mode", 1).toString(8), "10600");
  assertEquals(call("fd_mode", 99), 0);
});

Deno.test("host_fs changes no mode, and says so", () => {
  using ground = new Ground();
  using guest = Guest.on(ground.inside);
  Deno.writeTextFileSync(`${ground.inside}/f`, "");
  const before = Deno.statSync(`${ground.inside}/f`).mode;
  const call = callsOf(guest, openFs);
  assertEquals(call("chmod", ...guest.path("/f"), 0o644), Errno.SUCCESS);
  assertEquals(call("chmod", ...guest.path("/f"), 0o777), Errno.PERM);
  assertEquals(call("chmod", ...guest.path("/f"), 0o4644), Errno.PERM);
  assertEquals(call("chmod", ...guest.path("/no"), 0o644), Errno.NOENT);
  assertEquals(Deno.statSync(`${ground.inside}/f`).mode, before);
});

Deno.test("A stopped guest gets nothing from host_fs or host_user", () => {
  using guest = new Guest();
  const calls: [typeof openFs, string, number[]][] = [
    [openFs, "path_mode", [...guest.path("/"), 1]],
    [openFs, "fd_mode", [1]],
    [openUser, "isatty", [1, 64]],
  ];
  guest.stop.stop(1);
  for (const [open, name, args] of calls) {
    const call = callsOf(guest, open);
    let stopped = false;
    try {
      call(name, ...args);
    } catch {
      stopped = true;
    }
    assertEquals(stopped, true, name);
  }
});
