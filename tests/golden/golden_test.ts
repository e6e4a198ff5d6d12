import { assertEquals } from "@std/assert";
import { GOLDEN_CASES, goldenFile, goldenText } from "./cases.ts";

Deno.test("injected sequences are the ones in the golden files", async (t) => {
  for (const one of GOLDEN_CASES) {
    await t.step(one.name, () => {
      const expected = Deno.readTextFileSync(goldenFile(one));
      assertEquals(goldenText(one), expected, "run the task bless");
    });
  }
});
