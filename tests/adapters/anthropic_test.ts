import Anthropic from "@anthropic-ai/sdk";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ToolRegistry } from "@cortexai/sandbox";
import { answerToolUses, anthropicTools } from "@cortexai/sandbox/anthropic";
import { inToolsFolder } from "./in_tools_folder.ts";
import { ask } from "./loops/anthropic.ts";
import { plainTool } from "./plain_tool.ts";
import { checkAnswered, checkTool } from "./refusals.ts";

type Json = Record<string, unknown>;

const CALLS = [
  { type: "tool_use", id: "1", name: "word_stats", input: { text: "to be" } },
  { type: "tool_use", id: "2", name: "word_stats", input: { bogus: 1 } },
  { type: "tool_use", id: "3", name: "no_such_tool", input: {} },
];

/** Anthropic's API as far as tools go: it calls, then says what it was told. */
function serve(body: { messages: Json[]; tools: Json[] }): Json {
  for (const { name, input_schema } of body.tools) {
    checkTool(name, input_schema);
  }
  const last = body.messages.at(-1)!;
  if (typeof last["content"] === "string") return { content: CALLS };
  assertEquals([body.messages.at(-2)!["role"], last["role"]], [
    "assistant",
    "user",
  ]);
  const results = last["content"] as Json[];
  checkAnswered(
    CALLS.map(({ id }) => id),
    results.map(({ tool_use_id }) => tool_use_id),
  );
  return { content: [{ type: "text", text: JSON.stringify(results) }] };
}

Deno.test("The loop with Anthropic answers every call, failures too", async () => {
  const client = new Anthropic({
    apiKey: "none",
    maxRetries: 0,
    fetch: (_url, init) => {
      const answer = serve(JSON.parse(String(init?.body)));
      return Promise.resolve(Response.json({ type: "message", ...answer }));
    },
  });
  const content = await inToolsFolder(() => ask(client, "Count!"));
  const [{ text }] = content as [{ text: string }];
  const [good, invalid, unknown] = JSON.parse(text) as Json[];
  assertEquals(JSON.parse(String(good?.["content"])).words, 2);
  assertEquals(
    [good, invalid, unknown].map((one) => one?.["is_error"]),
    [false, true, true],
  );
  assertStringIncludes(String(invalid?.["content"]), '"bogus" is unknown');
  assertStringIncludes(String(unknown?.["content"]), "no_such_tool");
});

Deno.test("Tools fit the types of Anthropic's own package", async () => {
  await using registry = new ToolRegistry();
  registry.register(plainTool("a.b", {}));
  const tools: Anthropic.Tool[] = anthropicTools(registry);
  const blocks: Anthropic.ContentBlock[] = [];
  const answers: Anthropic.MessageParam[] = await answerToolUses(
    registry,
    blocks,
  );
  assertEquals(answers, []);
  assert(tools[0]?.input_schema.type === "object");
});
