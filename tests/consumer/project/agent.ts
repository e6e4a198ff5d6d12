/** An agent's loop: three tools, the conversation's files, a host function. */

import { modelAnswer, ToolRegistry, ToolSandbox } from "@cortexai/sandbox";
import { type Files, type Message, nextMessage } from "./model.ts";

const cents: Record<string, number> = { tea: 399, cup: 850 };
const lookup = (args: unknown) => ({ cents: cents[(args as Sku).sku] ?? 0 });

await using tools = new ToolRegistry();
await tools.load("word_stats.wasm");
await tools.load("price.wasm", { config: { functions: { lookup } } });

await using sandbox = new ToolSandbox();
const cat = await sandbox.loadModule("cat.wasm");
tools.register({
  schema: () => ({
    name: "read_file",
    description: "Reads a file that the user has sent.",
    parameters: { properties: { path: { type: "string" } } },
    ...{ dangerous: false, metadata: {}, requiredScopes: [] },
  }),
  async execute(args, { context } = {}) {
    const files = { "/sent": context as Files };
    const paths = [`/sent/${(args as Path).path}`];
    const { stdout, stderr } = await sandbox.run(cat, { args: paths, files });
    return stdout || { error: stderr };
  },
});

const messages: Message[] = [{ role: "user", text: Deno.args[0] ?? "" }];
const context: Files = { "order.txt": "tea tea cup" };
for (;;) {
  const message = await nextMessage(messages, tools.list());
  messages.push(message);
  if (message.calls === undefined) break;
  for (const { name, args } of message.calls) {
    const result = await tools.call(name, args, { context });
    const { text } = await modelAnswer(result);
    messages.push({ role: "tool", text });
  }
}
for (const { role, text } of messages) console.log(`${role}: ${text}`);

interface Sku {
  readonly sku: string;
}

interface Path {
  readonly path: string;
}
