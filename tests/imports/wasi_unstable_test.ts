import { assertEquals } from "@std/assert";
import { Errno } from "../../src/imports/wasi/errno.ts";
import { open } from "../../src/imports/wasi_unstable/provider.ts";
import type { HttpGuestEnd } from "../../src/channel/http_guest_end.ts";
import type { HostDoor } from "../../src/imports/host_door.ts";
import { Ground, Guest, READ_WRITE, ROOT } from "./wasi/guest.ts";

const AT = 512;
const CUR = 0;
const END = 1;
const SET = 2;

type Call = (name: string, ...args: (number | bigint)[]) => number;

/** Calls a guest's system by the numbers and bytes of the first snapshot. */
function firstSnapshot(guest: Guest): Call {
  const { imports, attach } = open({
    stopPage: guest.stop,
    system: guest.wasi,
    network: {} as HttpGuestEnd,
    host: {} as HostDoor,
    numericImports: [],
  });
  attach(guest.memory, {});
  return (name, ...args) =>
    (imports[name] as (...a: typeof args) => number)(
      ...args,
    );
}

Deno.test("wasi_unstable counts places of a file as its own order has it", () => {
  using ground = new Ground();
  using guest = Guest.on(ground.inside);
  const call = firstSnapshot(guest);
  guest.writeFile("f", "0123456789");
  const { fd } = guest.open("f", { rights: READ_WRITE });
  const seek = (offset: bigint, whence: number) => {
    const errno = call("fd_seek", fd, offset, whence, AT);
    return errno === 0 ? Number(guest.view.getBigUint64(AT, true)) : -errno;
  };
  assertEquals(seek(4n, SET), 4);
  assertEquals(seek(3n, CUR), 7);
  assertEquals(seek(-1n, END), 9);
  assertEquals(seek(0n, CUR), 9);
  for (const whence of [3, -1, 2 ** 31]) {
    assertEquals(seek(0n, whence), -Errno.INVAL);
  }
});

Deno.test("wasi_unstable writes 56 bytes of a file's state, and no more", () => {
  using ground = new Ground();
  using guest = Guest.on(ground.inside);
  const call = firstSnapshot(guest);
  guest.writeFile("f", "12345");
  guest.link("f", "g");
  const { fd } = guest.open("f");
  const { view } = guest;
  const ways: [string, (number | bigint)[]][] = [
    ["path_filestat_get", [ROOT, 0, ...guest.path("f"), AT]],
    ["fd_filestat_get", [fd, AT]],
  ];
  for (const [name, args] of ways) {
    guest.bytes(AT, 64).fill(0xaa);
    assertEquals(call(name, ...args), Errno.SUCCESS);
    assertEquals(view.getUint8(AT + 16), 4, "filetype");
    assertEquals(view.getUint32(AT + 20, true), 2, "nlink");
    assertEquals(view.getBigUint64(AT + 24, true), 5n, "size");
    const { mtime } = Deno.statSync(`${ground.inside}/f`);
    const told = view.getBigUint64(AT + 40, true) / 1_000_000n;
    assertEquals(Number(told), mtime!.getTime());
    assertEquals([...guest.bytes(AT + 56, 8)], new Array(8).fill(0xaa));
  }
  const end = guest.memory.buffer.byteLength;
  assertEquals(call("fd_filestat_get", fd, end - 56), Errno.SUCCESS);
  assertEquals(call("fd_filestat_get", fd, end - 55), Errno.FAULT);
  const missing = guest.path("missing");
  assertEquals(
    call("path_filestat_get", ROOT, 0, ...missing, AT),
    Errno.NOENT,
  );
});

Deno.test("wasi_unstable reads subscriptions of 56 bytes", () => {
  using guest = new Guest();
  const call = firstSnapshot(guest);
  const { view } = guest;
  const [clock, stream, out] = [AT, AT + 56, AT + 200];
  view.setBigUint64(clock, 7n, true);
  view.setUint8(clock + 8, 0);
  view.setBigUint64(clock + 16, 0xffff_ffffn, true); // its own identifier
  view.setUint32(clock + 24, 1, true);
  view.setBigUint64(clock + 32, 20_000_000n, true);
  const started = performance.now();
  assertEquals(call("poll_oneoff", clock, out, 1, 64), Errno.SUCCESS);
  assertEquals(performance.now() - started >= 19, true);
  assertEquals(view.getUint32(64, true), 1);
  assertEquals(view.getBigUint64(out, true), 7n);
  assertEquals(view.getUint16(out + 8, true), Errno.SUCCESS);

  view.setBigUint64(stream, 9n, true);
  view.setUint8(stream + 8, 2);
  view.setUint32(stream + 16, 1, true);
  assertEquals(call("poll_oneoff", clock, out, 2, 64), Errno.SUCCESS);
  assertEquals(view.getUint32(64, true), 1);
  assertEquals(view.getBigUint64(out, true), 9n);

  const end = guest.memory.buffer.byteLength;
  assertEquals(call("poll_oneoff", end - 55, out, 1, 64), Errno.FAULT);
});
