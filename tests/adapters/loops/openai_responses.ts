import type OpenAI from "openai";
import { ToolRegistry } from "@cortexai/sandbox";
import { answerResponseCalls, responseTools } from "@cortexai/sandbox/openai";

export async function ask(openai: OpenAI, input: string): Promise<string> {
  await using registry = new ToolRegistry();
  await registry.load("word_stats.wasm");
  const tools = responseTools(registry, { strict: true });
  const model = "gpt-5";
  let response = await openai.responses.create({ model, tools, input });
  while (true) {
    const input = await answerResponseCalls(registry, response.output);
    if (input.length === 0) return response.output_text;
    const previous_response_id = response.id;
    response = await openai.responses.create(
      { model, tools, input, previous_response_id },
    );
  }
}
