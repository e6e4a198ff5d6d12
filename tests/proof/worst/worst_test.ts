import { assert, assertEquals, assertLess } from "@std/assert";
import { buildShape } from "./build_shape.ts";
import { measure, refusal } from "./measure.ts";
import recorded from "./recorded.json" with { type: "json" };
import { MEASURES, type Recorded } from "./search.ts";
import { PLAIN, type Shape } from "./shape.ts";

const { searches, worst, refused } = recorded as Recorded;

/** Several times what was recorded: other programs run, too. */
const MOST = {
  pauseMs: 600,
  functionBurnMs: 8000,
  moduleBurnMsPerMb: 12_000,
  memoryMiB: 384,
  loadMsPerMb: 1000,
} as const;

const whole = (shape: Partial<Shape>): Shape => ({ ...PLAIN, ...shape });

Deno.test("The worst known modules are those of a search that took its time", () => {
  const minutes = searches.reduce((sum, one) => sum + one.minutes, 0);
  assert(minutes >= 10, `${minutes} minutes`);
  // Earlier ones found what the limits have been tightened for since.
  assertEquals(searches.at(-1)!.died, 0);
  assertEquals(Object.keys(worst).sort(), MEASURES.toSorted());
});

Deno.test("The worst known modules are accepted, and cost what they did", async (t) => {
  for (const by of MEASURES) {
    const { shape, bytes, cost } = worst[by]!;
    await t.step(by, async () => {
      assertLess(cost[by], MOST[by]);
      const outcome = await measure(whole(shape));
      assert(outcome.kind === "accepted", JSON.stringify(outcome));
      assertEquals(outcome.bytes, bytes);
      assertLess(outcome.cost[by], MOST[by]);
    });
  }
});

Deno.test("Candidates that were refused still are", () => {
  assert(refused.length > 2);
  for (const { message, shape } of refused) {
    const now = refusal(buildShape(whole(shape)));
    assertEquals(
      now?.replace(/ \(at offset .*/, "").replace(/[\d.]+/g, "N"),
      message,
    );
  }
});
