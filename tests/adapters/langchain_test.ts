import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  BaseChatModel,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import {
  AIMessage,
  type BaseMessage,
  type BaseMessageLike,
  ToolMessage,
} from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { ToolRegistry } from "@cortexai/sandbox";
import { answerToolCalls, langChainTools } from "@cortexai/sandbox/langchain";
import { inToolsFolder } from "./in_tools_folder.ts";
import { ask } from "./loops/langchain.ts";
import { checkAnswered, checkTool } from "./refusals.ts";

const CALLS = [
  { id: "1", name: "word_stats", args: { text: "to be" } },
  { id: "2", name: "word_stats", args: { text: "to be", top: 101 } },
];

/** A model that calls, and then says what it was told. */
class FakeModel extends BaseChatModel {
  constructor() {
    super({});
  }

  override _llmType(): string {
    return "fake";
  }

  override bindTools(tools: BindToolsInput[]): this {
    for (const tool of tools) {
      const { function: { name, parameters } } = tool as {
        function: { name: string; parameters: unknown };
      };
      checkTool(name, parameters);
    }
    return this;
  }

  override _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const answers = messages.filter((one) => one instanceof ToolMessage);
    const message = new AIMessage(
      answers.length === 0
        ? { content: "", tool_calls: CALLS }
        : JSON.stringify(
          answers.map(({ status, content }) => [status, content]),
        ),
    );
    if (answers.length > 0) {
      checkAnswered(
        CALLS.map(({ id }) => id),
        answers.map(({ tool_call_id }) => tool_call_id),
      );
    }
    return Promise.resolve({ generations: [{ text: "", message }] });
  }
}

Deno.test("The loop with LangChain answers every call, failures too", async () => {
  const text = await inToolsFolder(() => ask(new FakeModel(), "Count!"));
  const [good, invalid] = JSON.parse(String(text));
  assertEquals([good[0], JSON.parse(good[1]).words], ["success", 2]);
  assertEquals(invalid[0], "error");
  assertStringIncludes(invalid[1], '"top": expected at most 100, got 101');
});

Deno.test("Tools fit the types of LangChain's own package", async () => {
  await using registry = new ToolRegistry();
  const tools: BindToolsInput[] = langChainTools(registry);
  const message = new AIMessage("no calls");
  const answers: BaseMessageLike[] = await answerToolCalls(registry, message);
  assertEquals([tools, answers], [[], []]);
});
