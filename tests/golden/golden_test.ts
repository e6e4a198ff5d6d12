import { assertEquals } from "@std/assert";
import { PREPARATION } from "../../src/prepare/version.ts";
import { GOLDEN_CASES, goldenFile, goldenText } from "./cases.ts";
import { preparation } from "./preparation.ts";

Deno.test("injected sequences are the ones in the golden files", async (t) => {
  for (const one of GOLDEN_CASES) {
    await t.step(one.name, () => {
      const expected = Deno.readTextFileSync(goldenFile(one));
      assertEquals(goldenText(one), expected, "run the task bless");
    });
  }
});

Deno.test("what was prepared otherwise is not taken for what is prepared now", async () => {
  assertEquals(PREPARATION, await preparation(), "run the task bless");
});
