import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ToolSet } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { ToolRegistry } from "@cortexai/sandbox";
import { aiTools } from "@cortexai/sandbox/ai-sdk";
import { inFixtures, inToolsFolder } from "../in_tools_folder.ts";
import { ask } from "../loops/ai_sdk.ts";
import { ask as askSandbox } from "../loops/ai_sdk_sandbox.ts";
import { plainTool } from "../plain_tool.ts";
import { checkTool } from "../refusals.ts";

type Generate = MockLanguageModelV4["doGenerate"];
type Prompt = Parameters<Generate>[0]["prompt"];

const CALLS = ['{"text":"to be"}', '{"text":7}'];

/** A model that calls, and then says what it was told. */
const generate: Generate = ({ prompt, tools }) => {
  for (const tool of tools ?? []) {
    if (tool.type === "function") checkTool(tool.name, tool.inputSchema);
  }
  return calling(prompt, "word_stats", CALLS);
};

function calling(
  prompt: Prompt,
  toolName: string,
  calls: readonly string[],
): ReturnType<Generate> {
  const answers = answersIn(prompt);
  const end = answers.length === 0 ? "tool-calls" : "stop";
  return Promise.resolve({
    content: answers.length > 0
      ? [{ type: "text", text: JSON.stringify(answers) }]
      : calls.map((input, at) => ({
        type: "tool-call",
        toolCallId: `${at}`,
        toolName,
        input,
      })),
    finishReason: { unified: end, raw: end },
    usage: {
      inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 1, text: 1, reasoning: 0 },
    },
    warnings: [],
  });
}

function answersIn(prompt: Prompt): { type: string; value: string }[] {
  return prompt.flatMap(({ role, content }) =>
    role === "tool"
      ? content.flatMap((part) =>
        part.type === "tool-result"
          ? [part.output as { type: string; value: string }]
          : []
      )
      : []
  );
}

Deno.test("The loop with the AI SDK answers every call, failures too", async () => {
  const model = new MockLanguageModelV4({ doGenerate: generate });
  const text = await inToolsFolder(() => ask(model, "Count!"));
  const [good, invalid] = JSON.parse(text);
  assertEquals([good.type, JSON.parse(good.value).words], ["text", 2]);
  assertEquals(invalid.type, "error-text");
  assertStringIncludes(
    JSON.stringify(invalid.value),
    "expected a string, got 7",
  );
});

Deno.test("A tool of the AI SDK gets the files and commands of a sandbox", async () => {
  const told: string[] = [];
  const model = new MockLanguageModelV4({
    doGenerate({ prompt, tools }) {
      for (const tool of tools ?? []) {
        if (tool.type === "function") told.push(tool.description ?? "");
      }
      told.push(JSON.stringify(answersIn(prompt)));
      const commands = ["copy in.txt out.txt", "copy in.txt > out.txt"];
      return calling(
        prompt,
        "shell",
        commands.map((command) => JSON.stringify({ command })),
      );
    },
  });
  const text = await inFixtures("wasi", () => askSandbox(model));
  assertEquals(text, "to be");
  const [description, , , answers] = told;
  assertStringIncludes(description!, "Commands: copy.");
  assertStringIncludes(answers!, '"exitCode":0,"stdout":"5 bytes');
  assertStringIncludes(answers!, '"exitCode":2');
  assertStringIncludes(answers!, "no redirections");
});

Deno.test("A failure of a tool is an answer for the model, and no exception", async () => {
  await using registry = new ToolRegistry();
  registry.register(plainTool("fails", {}, () => {
    throw new Error("No such city");
  }));
  const tools: ToolSet = aiTools(registry);
  const { fails } = aiTools(registry);
  const output = await fails!.execute({}, {});
  assertEquals(Object.keys(tools), ["fails"]);
  const shown = fails!.toModelOutput({ output });
  assertEquals(shown.type, "error-text");
  assertStringIncludes(shown.value, "Failed: Tool failed: No such city.");
});
