import { assertEquals } from "@std/assert";
import { SandboxConfig, SandboxedTool } from "../../mod.ts";
import { checkCase, hostileCases } from "./hostile_case.ts";

const CASES = hostileCases("state_leak", "leftovers_everywhere");

for (const hostile of CASES) {
  Deno.test(
    `Nothing is left for the next call: ${hostile.name}`,
    () => checkCase(hostile),
  );
}

for (const hostile of CASES) {
  Deno.test(`Nothing is left, whatever the calls before were like: ${hostile.name}`, async () => {
    const config = SandboxConfig.builder().maxWorkers(1).build();
    await using tool = await SandboxedTool.load(hostile.wasm, config);
    const expected = JSON.parse(hostile.value ?? "");
    // Memories are kept by their size, which follows that of the arguments.
    for (const pages of [0, 0, 0, 1, 1, 0, 3, 3, 20, 20, 0]) {
      const args = "x".repeat(pages * 65_536);
      assertEquals(await tool.execute(args), expected);
    }
  });
}
