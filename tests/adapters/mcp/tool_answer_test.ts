import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type JsonValue, ToolRegistry } from "../../../mod.ts";
import { toolAnswer } from "../../../src/adapters/mcp/tool_answer.ts";

const SCHEMA = {
  name: "t",
  description: "",
  parameters: { type: "object" },
  dangerous: false,
  metadata: {},
  requiredScopes: [],
};
const CONTENT = { ...SCHEMA, metadata: { mcp: { answers: "content" } } };

async function answer(schema: typeof SCHEMA, value: JsonValue | Error) {
  const tools = new ToolRegistry().register({
    schema: () => schema,
    execute: () =>
      value instanceof Error ? Promise.reject(value) : Promise.resolve(value),
  });
  const { _meta, ...rest } = await toolAnswer(
    schema,
    await tools.call("t", {}),
    "",
  );
  assert(_meta?.["cortexai.sandbox/usage"]);
  return rest;
}

Deno.test("toolAnswer tells text as it is, and objects twice", async () => {
  assertEquals(await answer(SCHEMA, "hi"), {
    content: [{ type: "text", text: "hi" }],
  });
  assertEquals(await answer(SCHEMA, [1]), {
    content: [{ type: "text", text: "[1]" }],
  });
  assertEquals(await answer(SCHEMA, { a: 1 }), {
    content: [{ type: "text", text: '{"a":1}' }],
    structuredContent: { a: 1 },
  });
});

Deno.test("toolAnswer passes on only what MCP content has", async () => {
  const resource = { uri: "a:b", blob: "AAAA", extra: 1 };
  const content = [
    { type: "text", text: "a", extra: 1 },
    { type: "audio", data: "AAA=", mimeType: "audio/wav" },
    { type: "resource", resource },
    { type: "resource_link", uri: "a:b", name: "c", mimeType: "d/e" },
  ];
  assertEquals(
    await answer(CONTENT, { content, structuredContent: 5, isError: true }),
    {
      content: [
        { type: "text", text: "a" },
        content[1],
        { type: "resource", resource: { uri: "a:b", blob: "AAAA" } },
        content[3],
      ],
      structuredContent: 5,
      isError: true,
    } as unknown,
  );
});

Deno.test("toolAnswer names the member that is not MCP content", async () => {
  for (
    const [value, where] of [
      [[], "the answer"],
      [null, "the answer"],
      [{}, "content"],
      [{ content: [1] }, "content[0]"],
      [{ content: [{ type: "video" }] }, "content[0].type"],
      [{ content: [{ type: "text", text: 1 }] }, "content[0].text"],
      [{ content: [{ type: "image", data: "*", mimeType: "" }] }, "data"],
      [{ content: [{ type: "resource", resource: { uri: "" } }] }, "text"],
      [{ content: [], isError: "no" }, "isError"],
      [{ content: new Array(1_001).fill({}) }, "limit is 1000"],
    ] as [JsonValue, string][]
  ) {
    const { isError, content } = await answer(CONTENT, value);
    assertEquals(isError, true);
    assertStringIncludes(JSON.stringify(content), where);
  }
});

Deno.test("toolAnswer holds answers to the output schema", async () => {
  const schema = {
    ...SCHEMA,
    outputSchema: { type: "object", required: ["sum"] },
  };
  assertEquals((await answer(schema, { sum: 1 })).structuredContent, {
    sum: 1,
  });
  const { isError, content } = await answer(schema, { total: 1 });
  assertEquals(isError, true);
  assertStringIncludes(JSON.stringify(content), "sum");
});

Deno.test("toolAnswer says in words why a tool failed", async () => {
  const { isError, content } = await answer(SCHEMA, new Error("no luck"));
  assertEquals(isError, true);
  assertStringIncludes(JSON.stringify(content), "no luck");
});
