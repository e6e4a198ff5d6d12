import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { GuestStopped, StopReason } from "../../../src/stop_page.ts";
import { Ground, Guest, LIMITS, READ, READ_WRITE, ROOT } from "./guest.ts";

/** Every function of preview 1, as its description lists them. */
const PREVIEW_1 = [
  "args_get",
  "args_sizes_get",
  "clock_res_get",
  "clock_time_get",
  "environ_get",
  "environ_sizes_get",
  "fd_advise",
  "fd_allocate",
  "fd_close",
  "fd_datasync",
  "fd_fdstat_get",
  "fd_fdstat_set_flags",
  "fd_fdstat_set_rights",
  "fd_filestat_get",
  "fd_filestat_set_size",
  "fd_filestat_set_times",
  "fd_pread",
  "fd_prestat_dir_name",
  "fd_prestat_get",
  "fd_pwrite",
  "fd_read",
  "fd_readdir",
  "fd_renumber",
  "fd_seek",
  "fd_sync",
  "fd_tell",
  "fd_write",
  "path_create_directory",
  "path_filestat_get",
  "path_filestat_set_times",
  "path_link",
  "path_open",
  "path_readlink",
  "path_remove_directory",
  "path_rename",
  "path_symlink",
  "path_unlink_file",
  "poll_oneoff",
  "proc_exit",
  "proc_raise",
  "random_get",
  "sched_yield",
  "sock_accept",
  "sock_recv",
  "sock_send",
  "sock_shutdown",
];

describe("Wasi", () => {
  it("imports are all of preview 1 and nothing else", () => {
    using guest = new Guest();
    assertEquals(Object.keys(guest.wasi.imports).sort(), PREVIEW_1);
  });

  it("imports all end a guest that was stopped", () => {
    using guest = new Guest();
    guest.stop.stop(StopReason.Deadline);
    for (const name of PREVIEW_1) {
      assertThrows(() => guest.call(name), GuestStopped);
    }
  });

  it("imports answer an error number to any numbers at all", () => {
    using ground = new Ground();
    Deno.writeTextFileSync(`${ground.inside}/file`, "text");
    const hostile = [0, 1, 3, -1, 65_535, 65_536, 131_071, 0x7fff_ffff];
    for (const name of PREVIEW_1) {
      if (name === "proc_exit") continue;
      for (const number of hostile) {
        using guest = Guest.on(ground.inside);
        const answer = answerOf(guest, name, number);
        assert(answer >= 0 && answer <= 76, `${name}(${number}): ${answer}`);
      }
    }
    assertEquals(ground.outsideNow(), { secret: "secret" });
  });

  it("close closes every file, whatever the guest left open", () => {
    using ground = new Ground();
    Deno.writeTextFileSync(`${ground.inside}/file`, "text");
    const guest = Guest.on(ground.inside);
    for (let i = 0; i < 20; i++) assertEquals(guest.open("file").errno, 0);
    const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = open();
    guest.wasi.close();
    assertEquals(open(), before - 20);
  });

  it("path_open stops at the most descriptors", () => {
    using ground = new Ground();
    Deno.writeTextFileSync(`${ground.inside}/file`, "text");
    using guest = new Guest({
      directories: [{ guest: "/", host: ground.inside, write: true }],
      limits: { ...LIMITS, maxDescriptors: 6 },
    });
    assertEquals(guest.open("file").fd, 4);
    assertEquals(guest.open("file").fd, 5);
    assertEquals(guest.open("file").errno, Errno.MFILE);
    assertEquals(
      guest.open("new", { rights: READ_WRITE, oflags: 1 }).errno,
      Errno.MFILE,
    );
    assertEquals(guest.stat("new"), Errno.NOENT);
    assertEquals(guest.call("fd_close", 4), 0);
    assertEquals(guest.open("file").fd, 4);
  });

  it("args_get and environ_get hand over strings that end in NUL", () => {
    using guest = new Guest({ args: ["prog", "ä b"], env: { A: "1", B: "" } });
    assertEquals(guest.call("args_sizes_get", 0, 4), 0);
    assertEquals(guest.view.getUint32(0, true), 2);
    assertEquals(guest.view.getUint32(4, true), 10);
    assertEquals(guest.call("args_get", 16, 100), 0);
    assertEquals(guest.view.getUint32(20, true), 105);
    assertEquals(guest.text(100, 10), "prog\0ä b\0");
    assertEquals(guest.call("environ_get", 16, 100), 0);
    assertEquals(guest.text(100, 7), "A=1\0B=\0");
    assertEquals(guest.call("environ_get", 16, 131_070), Errno.FAULT);
  });

  it("fd_prestat_get names what was granted, and nothing else", () => {
    using guest = new Guest({
      memoryDirectories: [{ guest: "/scratch", files: {}, maxBytes: 10 }],
    });
    assertEquals(guest.call("fd_prestat_get", ROOT, 0), 0);
    assertEquals(guest.view.getUint32(0, true), 0);
    assertEquals(guest.view.getUint32(4, true), 8);
    assertEquals(guest.call("fd_prestat_dir_name", ROOT, 16, 8), 0);
    assertEquals(guest.text(16, 8), "/scratch");
    assertEquals(
      guest.call("fd_prestat_dir_name", ROOT, 16, 7),
      Errno.NAMETOOLONG,
    );
    assertEquals(guest.call("fd_prestat_get", 4, 0), Errno.BADF);
    assertEquals(guest.call("fd_prestat_get", 1, 0), Errno.BADF);
  });

  it("is made in little time", () => {
    const make = () => Guest.on("/")[Symbol.dispose]();
    for (let i = 0; i < 500; i++) make();
    const started = performance.now();
    for (let i = 0; i < 500; i++) make();
    assertLess((performance.now() - started) / 500, 3);
  });

  it("fd_read and fd_write reach the standard streams", () => {
    using guest = new Guest();
    guest.stdin = new TextEncoder().encode("hello");
    assertEquals(guest.read(0, 3), "hel");
    assertEquals(guest.read(0), "lo");
    assertEquals(guest.read(0), "");
    assertEquals(guest.write(1, "out"), 0);
    assertEquals(guest.write(2, "err"), 0);
    assertEquals(guest.output, { stdout: "out", stderr: "err" });
    assertEquals(guest.write(0, "x"), Errno.BADF);
    assertEquals(guest.call("fd_seek", 1, 0n, 0, 64), Errno.SPIPE);
    assertEquals(guest.open("x", { at: 1 }).errno, Errno.NOTDIR);
    assertEquals(guest.open("x", { at: 9, rights: READ }).errno, Errno.BADF);
  });
});

/** Calls with the same hostile number for every argument. */
function answerOf(guest: Guest, name: string, number: number): number {
  const big = BigInt(number);
  const wide: Record<string, (number | bigint)[]> = {
    clock_time_get: [number, big, number],
    fd_advise: [number, big, big, number],
    fd_allocate: [number, big, big],
    fd_fdstat_set_rights: [number, big, big],
    fd_filestat_set_size: [number, big],
    fd_filestat_set_times: [number, big, big, number],
    fd_pread: [number, number, number, big, number],
    fd_pwrite: [number, number, number, big, number],
    fd_readdir: [number, number, number, big, number],
    fd_seek: [number, big, number, number],
    path_filestat_set_times: [number, number, number, number, big, big, number],
    path_open: [
      ...[number, number, number, number, number],
      ...[big, big],
      ...[number, number],
    ],
  };
  return guest.call(name, ...wide[name] ?? Array(8).fill(number));
}
