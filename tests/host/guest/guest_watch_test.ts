/** Looking after a guest that is waited for: when it looks, and what it costs. */

import { assertEquals, assertLess } from "@std/assert";
import { GuestWatch } from "../../../src/host/guest/guest_watch.ts";

/** Longer than the timer that serves any wait. */
const LONG_MS = 60;

/** A watch that counts its looks. */
function counting(): { readonly watch: GuestWatch; looks(): number } {
  let looks = 0;
  const watch = new GuestWatch(() => {
    looks++;
    return undefined;
  });
  return { watch, looks: () => looks };
}

function waitShortly(watch: GuestWatch, times: number): void {
  for (let wait = 0; wait < times; wait++) {
    watch.begin();
    watch.end();
  }
}

async function pass(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

for (const before of [0, 1, 7, 8, 9, 1_000]) {
  Deno.test(`GuestWatch looks after a long wait that follows ${before} short ones`, async () => {
    const { watch, looks } = counting();
    waitShortly(watch, before);
    watch.begin();
    await pass(LONG_MS);
    watch.end();
    assertEquals(looks(), 1);
    watch.stop();
  });

  Deno.test(`GuestWatch does not look between waits, after ${before} short ones`, async () => {
    const { watch, looks } = counting();
    waitShortly(watch, before);
    await pass(LONG_MS);
    assertEquals(looks(), 0);
    watch.begin();
    await pass(LONG_MS);
    watch.end();
    assertEquals(looks(), 1);
    watch.stop();
  });
}

Deno.test("GuestWatch leaves its timer alone where waits follow each other", () => {
  const { addEventListener } = AbortSignal.prototype;
  let listened = 0;
  AbortSignal.prototype.addEventListener = function (
    this: AbortSignal,
    ...args: Parameters<typeof addEventListener>
  ) {
    listened++;
    return addEventListener.apply(this, args);
  };
  try {
    const { watch } = counting();
    waitShortly(watch, 1_000);
    watch.stop();
  } finally {
    AbortSignal.prototype.addEventListener = addEventListener;
  }
  assertLess(listened, 100);
});
