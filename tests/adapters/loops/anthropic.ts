import type Anthropic from "@anthropic-ai/sdk";
import { ToolRegistry } from "@cortexai/sandbox";
import { answerToolUses, anthropicTools } from "@cortexai/sandbox/anthropic";

export async function ask(api: Anthropic, content: string): Promise<unknown> {
  await using registry = new ToolRegistry();
  await registry.load("word_stats.wasm");
  const model = { model: "claude-opus-4-8", max_tokens: 1024 };
  const tools = anthropicTools(registry);
  const messages: Anthropic.MessageParam[] = [{ role: "user", content }];
  while (true) {
    const request = { ...model, messages, tools };
    const { content } = await api.messages.create(request);
    const answers = await answerToolUses(registry, content);
    if (answers.length === 0) return content;
    messages.push({ role: "assistant", content }, ...answers);
  }
}
