import { assertEquals } from "@std/assert";
import { LargestCosts } from "../../../src/prepare/limits/largest_costs.ts";

Deno.test("LargestCosts sums up the largest, in whichever order they come", () => {
  for (const order of [1, 7, 13]) {
    const costs = new LargestCosts();
    for (let i = 0; i < 97; i++) costs.add((i * order) % 97);
    assertEquals(costs.sum(1), 96);
    assertEquals(costs.sum(2), 96 + 95);
    assertEquals(costs.sum(16), (96 + 81) * 8);
  }
});

Deno.test("LargestCosts sums up what there is", () => {
  const costs = new LargestCosts();
  assertEquals(costs.sum(16), 0);
  costs.add(5);
  costs.add(5);
  assertEquals(costs.sum(16), 10);
});
