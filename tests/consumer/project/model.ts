/** Stands for a model: calls each tool once, and one that is not there. */

import type { ToolSchema } from "@cortexai/sandbox";

export type Files = Record<string, string>;

/** What is said in a conversation. */
export interface Message {
  readonly role: "user" | "model" | "tool";
  readonly text: string;
  readonly calls?: readonly { readonly name: string; readonly args: unknown }[];
}

export function nextMessage(
  messages: readonly Message[],
  tools: readonly ToolSchema[],
): Promise<Message> {
  const said = messages.map(({ text }) => text);
  const answered = messages.filter(({ role }) => role === "tool").length;
  const names = tools.map(({ name }) => name).sort();
  const turns: Message[] = [
    call("read_file", { path: "order.txt" }),
    call("word_stats", { text: said.at(-1) }),
    call("price", { skus: ["tea", "tea", "cup"] }),
    call("read_file", { path: "other.txt" }),
    call("launch", {}),
    { role: "model", text: `I have ${names.join(", ")}` },
  ];
  return Promise.resolve(turns[answered]!);
}

function call(name: string, args: unknown): Message {
  return { role: "model", text: `calls ${name}`, calls: [{ name, args }] };
}
