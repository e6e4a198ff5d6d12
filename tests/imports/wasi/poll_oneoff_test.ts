import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { GuestStopped, StopReason } from "../../../src/stop_page.ts";
import { Guest } from "./guest.ts";

const [INPUT, OUTPUT] = [2048, 4096];

/** Writes a clock subscription. */
function clock(
  guest: Guest,
  index: number,
  timeout: bigint,
  { id = 1, absolute = false, userdata = 7n } = {},
): void {
  const at = INPUT + index * 48;
  guest.view.setBigUint64(at, userdata, true);
  guest.view.setUint8(at + 8, 0);
  guest.view.setUint32(at + 16, id, true);
  guest.view.setBigUint64(at + 24, timeout, true);
  guest.view.setUint16(at + 40, absolute ? 1 : 0, true);
}

/** Writes a subscription to reading (1) or writing (2). */
function file(guest: Guest, index: number, type: number, fd: number): void {
  const at = INPUT + index * 48;
  guest.view.setBigUint64(at, BigInt(index), true);
  guest.view.setUint8(at + 8, type);
  guest.view.setUint32(at + 16, fd, true);
}

function poll(guest: Guest, count: number): { errno: number; ms: number } {
  const started = performance.now();
  const errno = guest.call("poll_oneoff", INPUT, OUTPUT, count, 64);
  return { errno, ms: performance.now() - started };
}

describe("poll_oneoff", () => {
  it("sleeps as long as a relative clock says", () => {
    using guest = new Guest();
    clock(guest, 0, 30_000_000n);
    const { errno, ms } = poll(guest, 1);
    assertEquals(errno, 0);
    assert(ms >= 30 && ms < 500, `${ms} ms`);
    assertEquals(guest.u32, 1);
    assertEquals(guest.view.getBigUint64(OUTPUT, true), 7n);
  });

  it("sleeps until an absolute clock shows its time", () => {
    using guest = new Guest();
    for (const id of [0, 1]) {
      guest.call("clock_time_get", id, 0n, 64);
      const now = guest.view.getBigUint64(64, true);
      clock(guest, 0, now + 20_000_000n, { id, absolute: true });
      const { ms } = poll(guest, 1);
      assert(ms >= 15 && ms < 500, `${ms} ms`);
      clock(guest, 0, 1n, { id, absolute: true });
      assertLess(poll(guest, 1).ms, 15);
    }
  });

  it("ends at the first of several alarms", () => {
    using guest = new Guest();
    clock(guest, 0, 3_600_000_000_000n, { userdata: 1n });
    clock(guest, 1, 5_000_000n, { userdata: 2n });
    assertLess(poll(guest, 2).ms, 500);
    assertEquals(guest.u32, 1);
    assertEquals(guest.view.getBigUint64(OUTPUT, true), 2n);
  });

  it("ends a guest that sleeps when it is stopped", () => {
    using guest = new Guest();
    clock(guest, 0, 3_600_000_000_000n);
    const worker = new Worker(stopAfter(50), { type: "module" });
    worker.postMessage(guest.stopMemory);
    const started = performance.now();
    assertThrows(() => poll(guest, 1), GuestStopped);
    assertLess(performance.now() - started, 5000);
    worker.terminate();
  });

  it("tells at once what is ready", () => {
    using guest = new Guest();
    clock(guest, 0, 3_600_000_000_000n);
    file(guest, 1, 1, 0);
    file(guest, 2, 2, 1);
    file(guest, 3, 1, 99);
    assertLess(poll(guest, 4).ms, 500);
    assertEquals(guest.u32, 3);
    const types = [0, 1, 2].map((i) =>
      guest.view.getUint8(OUTPUT + i * 32 + 10)
    );
    assertEquals(types, [1, 2, 1]);
    assertEquals(guest.view.getUint16(OUTPUT + 64 + 8, true), Errno.BADF);
  });

  it("refuses no subscriptions, too many, and ones outside the memory", () => {
    using guest = new Guest();
    assertEquals(poll(guest, 0).errno, Errno.INVAL);
    assertEquals(poll(guest, 4097).errno, Errno.INVAL);
    assertEquals(poll(guest, -1).errno, Errno.INVAL);
    assertEquals(
      guest.call("poll_oneoff", 131_072 - 47, OUTPUT, 1, 64),
      Errno.FAULT,
    );
    assertEquals(
      guest.call("poll_oneoff", INPUT, 131_072 - 31, 1, 64),
      Errno.FAULT,
    );
  });

  it("tells of a clock that can't be waited for in its event", () => {
    using guest = new Guest();
    clock(guest, 0, 0n, { id: 9 });
    assertEquals(poll(guest, 1).errno, 0);
    assertEquals(guest.view.getUint16(OUTPUT + 8, true), Errno.INVAL);
  });
});

/** A worker that stops a guest some time after it gets its stop page. */
function stopAfter(ms: number): string {
  const page = new URL("../../../src/stop_page.ts", import.meta.url);
  return URL.createObjectURL(
    new Blob([`
      import { StopPage } from "${page}";
      onmessage = ({ data }) =>
        setTimeout(() => new StopPage(data).stop(${StopReason.Deadline}), ${ms});
    `], { type: "text/javascript" }),
  );
}
