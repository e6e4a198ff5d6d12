import { assert, assertEquals, assertLess } from "@std/assert";

/** Seventy that stay loaded take a GiB. */
const TOOLS = 70;
const MOST_MIB = 750;

Deno.test("Machine code of tools that were unloaded does not pile up", async () => {
  const program = new URL("./machine_code_process.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program.pathname, String(TOOLS), "unload"],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  const [first, last]: [number, number] = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  assert(first > 0);
  assertLess(last, MOST_MIB);
});
