import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type OpenAI from "openai";
import {
  type CallResult,
  type JsonValue,
  ToolRegistry,
} from "@cortexai/sandbox";
import {
  answerChatCalls,
  answerResponseCalls,
  chatTools,
  responseTools,
} from "@cortexai/sandbox/openai";
import { FakeOpenAI } from "./fake_openai.ts";
import { inToolsFolder } from "./in_tools_folder.ts";
import { ask } from "./loops/openai.ts";
import { ask as askResponses } from "./loops/openai_responses.ts";
import { plainTool } from "./plain_tool.ts";
import { checkStrict, checkTool } from "./refusals.ts";

const CALLS = [
  { name: "word_stats", args: '{"text":"to be","top":1}' },
  { name: "word_stats", args: '{"bogus":1}' },
  { name: "no_such_tool", args: "{}" },
  { name: "word_stats", args: "{text:" },
  { name: "word_stats", args: `{"text":${"[".repeat(1e5)}${"]".repeat(1e5)}}` },
];

function checkAnswers(answers: readonly string[]): void {
  const [good, invalid, unknown, broken, deep] = answers;
  assertEquals(JSON.parse(good!).words, 2);
  assertStringIncludes(invalid!, 'Argument "text" is missing');
  assertStringIncludes(invalid!, 'Argument "bogus" is unknown');
  assertStringIncludes(unknown!, 'no tool named "no_such_tool"');
  assertStringIncludes(broken!, "not JSON");
  assertStringIncludes(deep!, "Failed: ");
}

Deno.test("The loop with Chat Completions answers every call, failures too", async () => {
  const { client } = new FakeOpenAI(CALLS);
  const text = await inToolsFolder(() => ask(client, "Count!"));
  checkAnswers(JSON.parse(String(text)));
});

Deno.test("The loop with Responses does so in strict mode", async () => {
  const [first, ...rest] = CALLS;
  // What may be left out is null in strict mode.
  const calls = [{ ...first!, args: '{"text":"to be","top":null}' }, ...rest];
  const fake = new FakeOpenAI(calls);
  const text = await inToolsFolder(() => askResponses(fake.client, "Count!"));
  checkAnswers(JSON.parse(text));
  assertEquals(fake.tools.map(({ strict }) => strict), [true]);
});

Deno.test("Tools fit the types of OpenAI's own package", async () => {
  await using registry = new ToolRegistry();
  const chat: OpenAI.ChatCompletionTool[] = chatTools(registry);
  const responses: OpenAI.Responses.Tool[] = responseTools(registry);
  const message = {} as OpenAI.ChatCompletionMessage;
  const chatAnswers: OpenAI.ChatCompletionMessageParam[] =
    await answerChatCalls(registry, message);
  const output: OpenAI.Responses.ResponseOutputItem[] = [];
  const answers: OpenAI.Responses.ResponseInputItem[] =
    await answerResponseCalls(registry, output);
  assertEquals([chat, responses, chatAnswers, answers], [[], [], [], []]);
});

Deno.test("Names that a model can't use are told by others, and found again", async () => {
  await using registry = new ToolRegistry();
  registry.register(plainTool("csv.sum", {}, () => "dot"));
  registry.register(plainTool("csv_sum", {}, () => "line"));
  const names = chatTools(registry).map((tool) => tool.function.name);
  const [dotted, plain] = names;
  assertEquals(plain, "csv_sum");
  assert(/^[A-Za-z0-9_-]{1,64}$/.test(dotted!) && dotted !== plain, dotted);
  const tool_calls = names.map((name, at) => ({
    id: `${at}`,
    type: "function",
    function: { name, arguments: "" },
  }));
  const answers = await answerChatCalls(registry, { tool_calls });
  assertEquals(answers.map(({ content }) => content), ["dot", "line"]);
  registry.register(plainTool(dotted!, {}));
  assertThrows(() => chatTools(registry), TypeError, '"csv.sum"');
});

Deno.test("Parameters always have a type, whatever the tool says", async () => {
  await using registry = new ToolRegistry();
  registry.register(plainTool("bare", {}));
  const [tool] = chatTools(registry);
  assertEquals(tool?.function.parameters, { type: "object", properties: {} });
});

Deno.test("Nothing is at the top of parameters that providers refuse there", async () => {
  await using registry = new ToolRegistry();
  const a = { properties: { a: { type: "string" } }, required: ["a"] };
  const b = { properties: { b: { type: "integer" } } };
  const schemas: { [key: string]: JsonValue }[] = [
    { anyOf: [a, b] },
    { oneOf: [a], allOf: [b, a], properties: { c: true } },
    { $ref: "#/$defs/b", $defs: { b } },
    { allOf: [{ $ref: "#/definitions/b" }], definitions: { b } },
    { $ref: "#/$defs/self", $defs: { self: { $ref: "#/$defs/self" } } },
    { enum: [{}], not: { required: ["x"] } },
  ];
  for (const [at, schema] of schemas.entries()) {
    registry.register(plainTool(`t${at}`, schema));
  }
  const told = chatTools(registry).map((tool) => {
    checkTool(tool.function.name, tool.function.parameters);
    const { properties, required } = tool.function.parameters;
    return [Object.keys(properties as object).join(), required];
  });
  assertEquals(told, [
    ["a,b", undefined],
    ["b,a,c", ["a"]],
    ["b", undefined],
    ["b", undefined],
    ["", undefined],
    ["", undefined],
  ]);
  // What is told is wider; what is checked is all of it.
  const result = await registry.call("t0", { a: 1, b: "x" });
  assert(!result.ok && result.error.kind === "InvalidArguments");
});

Deno.test("Strict mode is asked for where the schema can be told in it", async () => {
  const string = { type: "string" };
  const address = { type: "object", properties: { street: string } };
  const strict: JsonValue[] = [
    { properties: { a: string, b: { ...string, enum: ["x"], default: "x" } } },
    { properties: { list: { type: "array", items: address } } },
    { properties: { either: { anyOf: [string, { type: "null" }] } } },
    { properties: { ref: { $ref: "#/$defs/address" } }, $defs: { address } },
    { properties: { fixed: { const: "x" }, none: { type: "null" } } },
  ];
  const loose: JsonValue[] = [
    { properties: { map: { type: "object" } } },
    { properties: { map: { type: "object", additionalProperties: string } } },
    { properties: { any: {} } },
    { properties: { any: true } },
    { properties: { one: { oneOf: [string] } } },
    { properties: { pair: { type: "array", prefixItems: [string] } } },
    { patternProperties: { "^x": string } },
    { properties: { a: string }, anyOf: [{ required: ["a"] }] },
    { $ref: "#/$defs/address", $defs: { address } },
    { properties: { many: { enum: Array.from({ length: 2000 }, String) } } },
  ];
  await using registry = new ToolRegistry();
  for (const [at, schema] of [...strict, ...loose].entries()) {
    const parameters = schema as { [key: string]: JsonValue };
    registry.register(plainTool(`t${at}`, parameters));
  }
  const tools = responseTools(registry, { strict: true });
  const isStrict = tools.map((tool) => tool.strict);
  assertEquals(isStrict.indexOf(false), strict.length);
  assertEquals(isStrict.lastIndexOf(true), strict.length - 1);
  for (const tool of tools) if (tool.strict) checkStrict(tool.parameters);
  const b = tools[0]?.parameters["properties"] as Record<string, unknown>;
  assertEquals(b["b"], { type: ["string", "null"], enum: ["x", null] });
});

Deno.test("Null stays where the tool itself takes it", async () => {
  await using registry = new ToolRegistry();
  const item = { type: "object", properties: { a: { type: "string" } } };
  registry.register(plainTool("nulls", {
    properties: {
      gone: { type: "string" },
      kept: { type: ["string", "null"] },
      list: { type: "array", items: item },
      any: {},
    },
  }));
  const [answer] = await answerResponseCalls(registry, [{
    type: "function_call",
    call_id: "1",
    name: "nulls",
    arguments:
      '{"gone":null,"kept":null,"list":[{"a":null}],"any":null,"x":null}',
  }]);
  assertEquals(JSON.parse(answer!.output), {
    kept: null,
    list: [{}],
    any: null,
    x: null,
  });
});

Deno.test("The model sees a part of a long answer, and the host all of it", async () => {
  await using registry = new ToolRegistry();
  registry.register(plainTool("long", {}, () => "x".repeat(100_000)));
  const results: CallResult<JsonValue>[] = [];
  const call = {
    id: "1",
    type: "function",
    function: { name: "long", arguments: "{}" },
  };
  const [answer] = await answerChatCalls(registry, { tool_calls: [call] }, {
    maxBytes: 1_000,
    onResult: (_, result) => results.push(result),
  });
  assertStringIncludes(answer!.content, "[... 99000 bytes left out ...]");
  const [result] = results;
  assert(result?.ok && result.value === "x".repeat(100_000));
});

Deno.test("Answers reject with the signal's reason", async () => {
  await using registry = new ToolRegistry();
  registry.register(plainTool("any", {}));
  const tool_calls = [{
    id: "1",
    type: "function",
    function: { name: "any", arguments: "{}" },
  }];
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const error = await answerChatCalls(registry, { tool_calls }, { signal })
    .catch((error) => error);
  assertStrictEquals(error, reason);
});
