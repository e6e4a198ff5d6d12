import { assertEquals, assertThrows } from "@std/assert";
import {
  Deadline,
  NEVER,
  toMicroseconds,
} from "../../../src/host/watchdog/deadline.ts";
import { StopPage, StopReason } from "../../../src/stop_page.ts";

Deno.test("Deadline fires when due, and not before", () => {
  const page = new StopPage();
  const deadline = new Deadline(page);
  assertEquals(deadline.at, NEVER);
  deadline.arm(1000n);
  deadline.fireIfDue(999n);
  assertEquals(page.reason, StopReason.Running);
  assertEquals(deadline.at, 1000n);
  deadline.fireIfDue(1000n);
  assertEquals(page.reason, StopReason.Deadline);
  assertEquals(deadline.at, NEVER);
});

Deno.test("Deadline.disarm keeps it from firing, before and after", () => {
  const page = new StopPage();
  const deadline = new Deadline(page);
  deadline.arm(1000n);
  deadline.disarm();
  deadline.fireIfDue(2000n);
  assertEquals(page.reason, StopReason.Running);
  deadline.arm(1000n);
  deadline.fireIfDue(2000n);
  deadline.disarm();
  assertEquals(page.reason, StopReason.Deadline);
});

Deno.test("toMicroseconds rounds up, so that nothing fires early", () => {
  assertEquals(toMicroseconds(1.5), 1500n);
  assertEquals(toMicroseconds(0.0001), 1n);
});

Deno.test("Deadline.disarm does not wait for ever for a watchdog that stands still", () => {
  const page = new StopPage();
  const deadline = new Deadline(page);
  assertEquals(deadline.disarm(), true);
  deadline.arm(1000n);
  // As the thread leaves it when it ends between its two steps.
  page.stop = () => {
    throw new Error("ended here");
  };
  assertThrows(() => deadline.fireIfDue(2000n), Error, "ended here");
  assertEquals(deadline.disarm(), false);
});
