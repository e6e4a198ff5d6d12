import { assert, assertEquals } from "@std/assert";
import { type JsonValue, ToolRegistry, type ToolSchema } from "../../../mod.ts";
import { CODE_TOOL, CodeTools } from "../../../src/cli/serving/code_tools.ts";

function schema(name: string): ToolSchema {
  return {
    name,
    description: `Is ${name}`,
    parameters: { type: "object" },
    dangerous: false,
    metadata: {},
    requiredScopes: [],
  };
}

Deno.test("A program that runs when tools change comes to its end", async () => {
  await using tools = new ToolRegistry();
  const called = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<JsonValue>();
  tools.register({
    schema: () => schema("slow"),
    execute: () => {
      called.resolve();
      return answer.promise;
    },
  });
  await using code = new CodeTools(tools);
  const call = (text: string) => code.call(CODE_TOOL, { code: text });
  const running = call("return await tools.slow({})");
  await called.promise;
  tools.register({
    schema: () => schema("new_one"),
    execute: () => Promise.resolve(2),
  });
  assertEquals(code.list().map(({ name }) => name), [
    "slow",
    "new_one",
    CODE_TOOL,
  ]);
  const next = await call("return await tools.new_one({})");
  assert(next.ok, JSON.stringify(next));
  answer.resolve(1);
  const result = await running;
  assert(result.ok, JSON.stringify(result));
});
