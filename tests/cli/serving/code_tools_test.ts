import { assert, assertEquals } from "@std/assert";
import {
  type CallResult,
  type JsonValue,
  ToolRegistry,
  type ToolSchema,
} from "../../../mod.ts";
import type { ChangePolicy, McpTools } from "../../../src/adapters/mcp/mod.ts";
import { CODE_TOOL, CodeTools } from "../../../src/cli/serving/code_tools.ts";
import { OverlayGround, removes, writes } from "../../tool/overlay_ground.ts";

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

Deno.test("No name of a tool takes code mode, or others, from a server", async () => {
  await using tools = new ToolRegistry();
  const names = [
    ...["a", "a.name", "a.name.b", "a-b", "a_b", "2do", "_2do", "x.length.y"],
    ...["x", "__proto__", "a.__proto__.then", "..", "code"],
  ];
  for (const name of names) {
    tools.register({
      schema: () => schema(name),
      execute: () => Promise.resolve(name),
    });
  }
  await using code = new CodeTools(tools);
  assertEquals(code.list().length, names.length);
  const result = await code.call(CODE_TOOL, {
    code: `return [await tools.a(), await tools.a_b(), await tools._2do(),
      await tools.x.length.y(), await tools.__proto__()]`,
  });
  assertEquals(result.ok && result.value, [
    ...["a", "a-b", "2do", "x.length.y", "__proto__"],
  ]);
});

Deno.test("What a program has tools change is settled as the configuration says", async () => {
  const files = { "a.txt": "one", "old.txt": "old" };
  await using ground = new OverlayGround(files);
  let meddles = false;
  let left: CallResult<JsonValue> | undefined;
  const tools: McpTools = {
    list: () => [schema("change")],
    get: () => undefined,
    async call() {
      const result = await ground.run((p) => {
        writes(p, "a.txt", "new");
        return removes(p, "old.txt");
      });
      if (meddles) Deno.writeTextFileSync(`${ground.host}/a.txt`, "meddled");
      return left = result as unknown as CallResult<JsonValue>;
    },
  };
  const run = async (policy: ChangePolicy) => {
    await using code = new CodeTools(tools, { policy: () => policy });
    const text = "await tools.change(); return 1";
    const result = await code.call(CODE_TOOL, { code: text });
    assert(left!.changes.isSettled);
    return result.ok ? result.value : result.error.message;
  };
  for (const policy of ["return", "drop"] as const) {
    assertEquals(await run(policy), 1);
    assertEquals(ground.files(), files);
  }
  meddles = true;
  const said = String(await run("commit"));
  assert(said.includes("was not carried out"), said);
  assertEquals(ground.files(), { ...files, "a.txt": "meddled" });
  meddles = false;
  assertEquals(await run("commit"), 1);
  assertEquals(ground.files(), { "a.txt": "new" });
});
