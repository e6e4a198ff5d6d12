import { assert, assertEquals, assertThrows } from "@std/assert";
import { GuestStopped, StopPage, StopReason } from "../src/stop_page.ts";

Deno.test("StopPage.stop keeps the first reason", () => {
  const page = new StopPage();
  assertEquals(page.reason, StopReason.Running);
  page.check();
  assert(page.stop(StopReason.Deadline));
  assert(!page.stop(StopReason.Abort));
  assertEquals(page.reason, StopReason.Deadline);
  assertThrows(() => page.check(), GuestStopped);
});

Deno.test("StopPage.reset makes the page ready for the next call", () => {
  const page = new StopPage();
  page.stop(StopReason.Abort);
  new Int32Array(page.memory.buffer)[1] = 1;
  assert(page.growthRefused);
  page.reset();
  page.check();
  assert(!page.growthRefused);
});

Deno.test("StopPage.sleep takes its time, and less when it is stopped", () => {
  const page = new StopPage();
  const start = performance.now();
  page.sleep(20);
  assert(performance.now() - start >= 19);
  page.stop(StopReason.Shutdown);
  assertThrows(() => page.sleep(60_000), GuestStopped);
});

Deno.test("StopPage.waitUntil says whether it holds", () => {
  const page = new StopPage();
  assert(page.waitUntil(() => true, 0));
  assert(!page.waitUntil(() => false, 5));
});
