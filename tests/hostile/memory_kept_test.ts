import { assert, assertEquals, assertLess } from "@std/assert";
import { MEMORY_CASES } from "./memory_process.ts";

/** Far below what the calls of each case touch together. */
const MOST_MIB = 1024;

Deno.test("What dead instances had, or those not made, does not pile up", async (t) => {
  for (const name of Object.keys(MEMORY_CASES)) {
    await t.step(name, async () => {
      const program = new URL("./memory_process.ts", import.meta.url);
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", program.pathname, name],
        stderr: "inherit",
      }).output();
      assertEquals(code, 0);
      const most = Number(new TextDecoder().decode(stdout));
      assert(most > 0);
      assertLess(most, MOST_MIB);
    });
  }
});
