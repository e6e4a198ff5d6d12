import type OpenAI from "openai";
import { ToolRegistry } from "@cortexai/sandbox";
import { answerChatCalls, chatTools } from "@cortexai/sandbox/openai";

type Messages = OpenAI.ChatCompletionMessageParam[];

export async function ask(openai: OpenAI, content: string): Promise<unknown> {
  await using registry = new ToolRegistry();
  await registry.load("word_stats.wasm");
  const tools = chatTools(registry);
  const messages: Messages = [{ role: "user", content }];
  while (true) {
    const request = { model: "gpt-5", messages, tools };
    const { choices } = await openai.chat.completions.create(request);
    const { message } = choices[0]!;
    if (!message.tool_calls) return message.content;
    messages.push(message, ...await answerChatCalls(registry, message));
  }
}
