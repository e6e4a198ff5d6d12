import * as ai from "ai";
import { sandboxSession } from "@cortexai/sandbox/ai-sdk";

const shell = ai.tool({
  description: ({ experimental_sandbox: box }) => `Runs. ${box?.description}`,
  inputSchema: ai.jsonSchema<{ command: string }>({ type: "object" }),
  execute: ({ command }, { experimental_sandbox: box, abortSignal }) =>
    box!.run({ command, ...abortSignal && { abortSignal } }),
});

export async function ask(model: ai.LanguageModel): Promise<string | null> {
  await using box = sandboxSession({ commands: { copy: "copy.wasm" } });
  await box.writeTextFile({ path: "in.txt", content: "to be" });
  await ai.generateText({
    ...{ model, tools: { shell }, experimental_sandbox: box },
    ...{ prompt: "Copy in.txt to out.txt", stopWhen: ai.stepCountIs(10) },
  });
  return await box.readTextFile({ path: "out.txt" });
}
