import { assert, assertEquals, assertLess } from "@std/assert";

/** Far below the 4.8 GiB that the calls touch together. */
const MOST_MIB = 1536;

Deno.test("What dead instances had does not pile up", async () => {
  const program = new URL("./dead_memories_process.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program.pathname],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  const most = Number(new TextDecoder().decode(stdout));
  assert(most > 0);
  assertLess(most, MOST_MIB);
});
