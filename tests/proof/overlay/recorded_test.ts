import { assertEquals, assertGreater } from "@std/assert";
import recorded from "./recorded.json" with { type: "json" };
import { playSeed } from "./seed.ts";

Deno.test("Recorded random sequences end in the same trees, on an overlay and on the folder", async () => {
  assertEquals(recorded.failed, 0);
  assertGreater(Object.keys(recorded.trees).length, 20);
  for (const [seed, tree] of Object.entries(recorded.trees)) {
    assertEquals(await playSeed(Number(seed)), tree, `seed ${seed}`);
  }
});
