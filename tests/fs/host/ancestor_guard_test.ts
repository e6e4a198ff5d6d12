import { assertEquals, assertLess } from "@std/assert";

/** Far below what 100 ways through 400 directories take: 40 MiB. */
const MOST_MIB = 8;

Deno.test("AncestorGuard remembers little, however deep a guest goes", async () => {
  const program = new URL("./settled_ways_process.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", program.pathname],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  assertLess(Number(new TextDecoder().decode(stdout)), MOST_MIB);
});
