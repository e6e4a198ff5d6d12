import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExecutionFailed } from "../../src/errors.ts";
import { parseToolSchema } from "../../src/tool/parse_tool_schema.ts";

const parse = (schema: unknown) =>
  parseToolSchema("guest", new TextEncoder().encode(JSON.stringify(schema)));

Deno.test("parseToolSchema fills in what a tool leaves out", async () => {
  const schema = await parse({ name: "t", parameters: { type: "object" } });
  assertEquals(schema, {
    name: "t",
    description: "",
    parameters: { type: "object" },
    dangerous: false,
    metadata: {},
    requiredScopes: [],
  });
  assert(Object.isFrozen(schema));
});

Deno.test("parseToolSchema keeps what a tool says, and drops unknown members", async () => {
  const said = {
    name: "csv.sum-1",
    description: "Sums.",
    parameters: {
      type: "object",
      properties: { a: { type: "string" }, b: true },
      required: ["a"],
    },
    dangerous: true,
    metadata: { version: 1 },
    requiredScopes: ["files"],
  };
  assertEquals(await parse({ ...said, extra: 1 }), said);
});

Deno.test("parseToolSchema refuses schemas that can't be used", async () => {
  const parameters = { type: "object" };
  const bad: [unknown, string][] = [
    [null, "not an object"],
    [[], "not an object"],
    ["x", "not an object"],
    [{ parameters }, "name"],
    [{ name: "", parameters }, "name"],
    [{ name: "a b", parameters }, "name"],
    [{ name: "a".repeat(65), parameters }, "name"],
    [{ name: 5, parameters }, "name"],
    [{ name: "t" }, "parameters"],
    [{ name: "t", parameters: [] }, "parameters"],
    [{ name: "t", parameters: "object" }, "parameters"],
    [{ name: "t", parameters: { type: "string" } }, '"string"'],
    [{ name: "t", parameters: { properties: [] } }, "properties"],
    [{ name: "t", parameters: { properties: { a: 1 } } }, "properties"],
    [{ name: "t", parameters: { required: "a" } }, "required"],
    [{ name: "t", parameters: { required: [1] } }, "required"],
    [{ name: "t", parameters, description: 1 }, "description"],
    [{ name: "t", parameters, dangerous: "no" }, "dangerous"],
    [{ name: "t", parameters, metadata: [] }, "metadata"],
    [{ name: "t", parameters, requiredScopes: "all" }, "requiredScopes"],
  ];
  for (const [schema, named] of bad) {
    const error = await assertRejects(() => parse(schema), ExecutionFailed);
    assert(error.message.includes(named), error.message);
  }
});

Deno.test("parseToolSchema refuses schemas for their length alone", async () => {
  const schema = (length: number) => {
    const start = '{"name":"t","parameters":{},"description":"';
    return new TextEncoder().encode(
      `${start}${"a".repeat(length - start.length - 2)}"}`,
    );
  };
  const longest = await parseToolSchema("guest", schema(256 * 1024));
  assertEquals(longest.name, "t");
  await assertRejects(
    () => parseToolSchema("guest", schema(256 * 1024 + 1)),
    ExecutionFailed,
    "guest has 262145 bytes, limit is 262144",
  );
});

Deno.test("parseToolSchema reads what MCP has besides, where a tool says it", async () => {
  const said = {
    title: "Sum",
    outputSchema: { type: "number" },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
  const own = { name: "t", parameters: {} };
  const parsed = await parse({ ...own, ...said });
  assertEquals(parsed.title, said.title);
  assertEquals(parsed.outputSchema, said.outputSchema);
  assertEquals(parsed.annotations, said.annotations);
  const other = await parse({ ...own, annotations: { other: 1 } });
  assert(!("annotations" in other));
  const wrong: [unknown, string][] = [
    [{ title: 1 }, "title"],
    [{ outputSchema: "x" }, "outputSchema"],
    [{ annotations: [] }, "annotations"],
    [{ annotations: { readOnlyHint: "yes" } }, "annotations.readOnlyHint"],
  ];
  for (const [members, message] of wrong) {
    await assertRejects(
      () => parse({ ...own, ...members as object }),
      ExecutionFailed,
      message,
    );
  }
});
