import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LossRecord } from "../../../src/host/pool/loss_record.ts";

const NEVER = new Promise<void>(() => {});
const ENDED = Promise.resolve();

Deno.test("LossRecord refuses a module that has lost three workers, for good", async () => {
  const losses = new LossRecord();
  for (let lost = 1; lost <= 3; lost++) {
    assertEquals(losses.refusal(7), undefined);
    losses.add(ENDED, 7);
    assertEquals(losses.count, lost);
  }
  await ENDED;
  assertStringIncludes(losses.refusal(7)?.message ?? "", "lost 3 workers");
  assertEquals(losses.refusal(8), undefined);
});

Deno.test("LossRecord refuses every module while eight lost workers hold on", async () => {
  const losses = new LossRecord();
  const last = Promise.withResolvers<void>();
  for (let module = 0; module < 7; module++) losses.add(NEVER, module);
  assertEquals(losses.refusal(99), undefined);
  losses.add(last.promise);
  assertStringIncludes(losses.refusal(99)?.message ?? "", "limit is 8");
  last.resolve();
  await last.promise;
  await ENDED;
  assertEquals(losses.refusal(99), undefined);
  assertEquals(losses.count, 8);
});

Deno.test("LossRecord counts workers that have ended, and does not hold them against anybody", async () => {
  const losses = new LossRecord();
  for (let i = 0; i < 100; i++) losses.add(ENDED);
  await ENDED;
  assertEquals(losses.count, 100);
  assert(!losses.refusal(1));
});
