import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExecutionFailed, SandboxedTool } from "../../mod.ts";
import { checkCase, hostileCases } from "./hostile_case.ts";

const NO_ROOM = "arguments_no_room";

for (const hostile of hostileCases("arguments_", "alloc_")) {
  if (hostile.name === NO_ROOM) continue;
  Deno.test(
    `Arguments are placed where they hurt nobody: ${hostile.name}`,
    () => checkCase(hostile),
  );
}

Deno.test(`Arguments that fit nowhere are refused: ${NO_ROOM}`, async () => {
  const [hostile] = hostileCases(NO_ROOM);
  assert(hostile);
  await using tool = await SandboxedTool.load(hostile.wasm);
  assertEquals(await tool.execute({ small: true }), { small: true });
  const error = await assertRejects(
    () => tool.execute("x".repeat(1024 * 1024)),
    ExecutionFailed,
  );
  assertEquals(error.message.includes("1048578 bytes"), true, error.message);
});
