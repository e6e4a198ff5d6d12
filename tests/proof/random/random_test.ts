import { assertEquals } from "@std/assert";
import { compareWays } from "./compare.ts";
import recorded from "./recorded.json" with { type: "json" };

Deno.test("recorded random modules run as they did, prepared or not", () => {
  for (const { seed, wasm, outcome } of recorded) {
    const result = compareWays(Uint8Array.fromBase64(wasm));
    assertEquals(result.difference, undefined, `seed ${seed}`);
    assertEquals(result.outcome, outcome, `seed ${seed}`);
  }
});
