import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { InvalidArguments, SandboxedTool } from "../../mod.ts";
import { ArgumentCheck } from "../../src/tool/argument_check.ts";
import type { JsonValue, ToolSchema } from "../../src/tool/tool.ts";

const CODEC = new URL("../../fixtures/tools/codec.wasm", import.meta.url);

function check(parameters: { [key: string]: JsonValue }): ArgumentCheck {
  const schema: ToolSchema = {
    name: "tool",
    description: "",
    parameters,
    dangerous: false,
    metadata: {},
    requiredScopes: [],
  };
  return new ArgumentCheck(schema);
}

Deno.test("Arguments that do not fit never reach the guest", async () => {
  await using tool = await SandboxedTool.load(CODEC);
  const result = await tool.call({ text: 5, format: "rot13", bogus: 1 });
  assert(!result.ok);
  assertInstanceOf(result.error, InvalidArguments);
  assertEquals(result.usage.durationMs, 0);
  assertEquals(
    result.error.issues.map(({ path }) => path.join(".")).includes("format"),
    true,
  );
  assertEquals(
    JSON.parse(JSON.stringify(result.error)).kind,
    "InvalidArguments",
  );
});

Deno.test("validateArguments: false calls the guest with whatever comes", async () => {
  await using tool = await SandboxedTool.load(CODEC, undefined, {
    validateArguments: false,
  });
  const result = await tool.call({ text: "a", format: "rot13" });
  assert(result.ok, "the guest answers with an error of its own");
});

Deno.test("ArgumentCheck takes bare schemas for tools that take anything", () => {
  assertEquals(check({ type: "object" }).errorOf(1, 1), undefined);
  const closed = check({ type: "object", additionalProperties: false });
  assertInstanceOf(closed.errorOf(1, 1), InvalidArguments);
  assertEquals(
    String(closed.errorOf({ bogus: 1 }, 11)),
    'InvalidArguments: Invalid arguments for tool: Argument "bogus" is unknown: expected no arguments',
  );
});
