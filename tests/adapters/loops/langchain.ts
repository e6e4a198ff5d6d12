import type { BaseMessageLike } from "@langchain/core/messages";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { ToolRegistry } from "@cortexai/sandbox";
import { answerToolCalls, langChainTools } from "@cortexai/sandbox/langchain";

export async function ask(model: BaseChatModel, ask: string): Promise<unknown> {
  await using registry = new ToolRegistry();
  await registry.load("word_stats.wasm");
  const bound = model.bindTools!(langChainTools(registry));
  const messages: BaseMessageLike[] = [["user", ask]];
  while (true) {
    const message = await bound.invoke(messages);
    const answers = await answerToolCalls(registry, message);
    if (answers.length === 0) return message.content;
    messages.push(message, ...answers);
  }
}
