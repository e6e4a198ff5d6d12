import { generateText, type LanguageModel, stepCountIs } from "ai";
import { ToolRegistry } from "@cortexai/sandbox";
import { aiTools } from "@cortexai/sandbox/ai-sdk";

export async function ask(
  model: LanguageModel,
  prompt: string,
): Promise<string> {
  await using registry = new ToolRegistry();
  await registry.load("word_stats.wasm");
  const tools = aiTools(registry);
  const stopWhen = stepCountIs(10);
  const { text } = await generateText({ model, prompt, tools, stopWhen });
  return text;
}
