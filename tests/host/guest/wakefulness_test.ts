import { assert, assertEquals } from "@std/assert";
import { Wakefulness } from "../../../src/host/guest/wakefulness.ts";

function passMs(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("Wakefulness stays awake after a reply where the guest may ask again", () => {
  const awake = new Wakefulness({ isAnsweredSoon: false, isAskedAgain: true });
  assertEquals(awake.isAwake, false);
  // This thread may lose its core between two of these for longer.
  const isAwake = () => awake.stayForMore() && awake.isAwake;
  assert(Array.from({ length: 100 }).some(isAwake));
  passMs(1);
  assertEquals(awake.isAwake, false);
});

Deno.test("Wakefulness sleeps after a reply where nothing follows", () => {
  const asleep = new Wakefulness({
    isAnsweredSoon: false,
    isAskedAgain: false,
  });
  assertEquals(asleep.stayForMore(), false);
  assertEquals(asleep.isAwake, false);
});

Deno.test("Wakefulness lets the event loop have its turn between replies", () => {
  const awake = new Wakefulness({ isAnsweredSoon: false, isAskedAgain: true });
  passMs(6);
  assert(awake.isTired);
  assertEquals(awake.stayForMore(), false);
  awake.rested();
  assert(awake.stayForMore());
});
