import { assertEquals } from "@std/assert";
import recorded from "./recorded.json" with { type: "json" };
import { playSeed } from "./seed.ts";

Deno.test("10 000 random sequences gave the same tree on an overlay as on the folder", async () => {
  const { count, failed, trees } = recorded;
  assertEquals([count, failed], [10_000, 0]);
  assertEquals(Object.keys(trees).length, 40);
  for (const [seed, tree] of Object.entries(trees)) {
    assertEquals(await playSeed(Number(seed)), tree, `seed ${seed}`);
  }
});
