import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Errno } from "../../../src/imports/wasi/errno.ts";
import { GuestStopped, StopReason } from "../../../src/stop_page.ts";
import { Guest } from "./guest.ts";

describe("Process imports", () => {
  it("proc_exit ends the guest, also one that catches everything", () => {
    using guest = new Guest();
    assertEquals(guest.wasi.exitCode, undefined);
    assertThrows(() => guest.call("proc_exit", 33), GuestStopped);
    assertEquals(guest.wasi.exitCode, 33);
    assertEquals(guest.stop.reason, StopReason.Exit);
    assertThrows(() => guest.call("sched_yield"), GuestStopped);
    assertThrows(() => guest.call("proc_exit", 0), GuestStopped);
    assertEquals(guest.wasi.exitCode, 33);
  });

  it("proc_exit does not hide why a guest was stopped before", () => {
    using guest = new Guest();
    guest.stop.stop(StopReason.Deadline);
    assertThrows(() => guest.call("proc_exit", 0), GuestStopped);
    assertEquals(guest.wasi.exitCode, undefined);
    assertEquals(guest.stop.reason, StopReason.Deadline);
  });

  it("random_get fills any length, and nothing beyond it", () => {
    using guest = new Guest();
    const length = 65_536 + 100;
    assertEquals(guest.call("random_get", 8, length), 0);
    const tail = guest.bytes(8 + 65_536, 100);
    assert(tail.some((byte) => byte !== 0));
    assertEquals(guest.bytes(8 + length, 8), new Uint8Array(8));
    assertEquals(guest.call("random_get", 131_000, 200), Errno.FAULT);
  });

  it("proc_raise is not supported, sched_yield does nothing", () => {
    using guest = new Guest();
    assertEquals(guest.call("proc_raise", 9), Errno.NOSYS);
    assertEquals(guest.call("sched_yield"), 0);
  });

  it("sock_* answer that nothing is a socket", () => {
    using guest = new Guest();
    for (const name of ["accept", "recv", "send", "shutdown"]) {
      assertEquals(guest.call(`sock_${name}`, 0), Errno.NOTSOCK);
      assertEquals(guest.call(`sock_${name}`, 77), Errno.BADF);
    }
  });

  it("clocks go forward, and there are four", () => {
    using guest = new Guest();
    const time = (id: number) => {
      assertEquals(guest.call("clock_time_get", id, 0n, 64), 0);
      return guest.view.getBigUint64(64, true);
    };
    for (const id of [0, 1, 2, 3]) {
      const before = time(id);
      assert(time(id) >= before);
      assertEquals(guest.call("clock_res_get", id, 64), 0);
      assert(guest.view.getBigUint64(64, true) > 0n);
    }
    assert(time(0) > 1_600_000_000_000_000_000n);
    assertEquals(guest.call("clock_time_get", 4, 0n, 64), Errno.INVAL);
    assertEquals(guest.call("clock_res_get", -1, 64), Errno.INVAL);
  });
});
