/** OpenAI's API as far as tools go, behind the real client. */

import { assert } from "@std/assert";
import OpenAI from "openai";
import { checkAnswered, checkStrict, checkTool } from "./refusals.ts";

/** What a model is to call first. */
export interface WantedCall {
  readonly name: string;
  readonly args: string;
}

type Json = Record<string, unknown>;

/** A model that makes calls, and then says what it was answered. */
export class FakeOpenAI {
  readonly client: OpenAI;
  readonly #calls: readonly WantedCall[];
  /** The tools of the last request. */
  tools: readonly Json[] = [];

  constructor(calls: readonly WantedCall[]) {
    this.#calls = calls;
    this.client = new OpenAI({
      apiKey: "none",
      maxRetries: 0,
      fetch: (url, init) => Promise.resolve(this.#serve(String(url), init)),
    });
  }

  #serve(url: string, init: RequestInit | undefined): Response {
    const body = JSON.parse(String(init?.body));
    this.tools = body.tools;
    return Response.json(
      url.endsWith("/chat/completions")
        ? this.#completion(body)
        : this.#response(body),
    );
  }

  #completion({ messages, tools }: { messages: Json[]; tools: Json[] }): Json {
    for (const { type, function: tool } of tools) {
      assert(type === "function");
      checkFunction(tool as Json);
    }
    const answers = messages.filter(({ role }) => role === "tool");
    const tool_calls = this.#calls.map(({ name, args }, at) => ({
      id: `call_${at}`,
      type: "function",
      function: { name, arguments: args },
    }));
    if (answers.length > 0) {
      checkAnswered(
        tool_calls.map(({ id }) => id),
        answers.map(({ tool_call_id }) => tool_call_id),
      );
    }
    const content = JSON.stringify(answers.map(({ content }) => content));
    const message = answers.length === 0
      ? { role: "assistant", content: null, tool_calls }
      : { role: "assistant", content };
    return {
      id: "c",
      object: "chat.completion",
      choices: [{ index: 0, message }],
    };
  }

  #response({ input, tools }: { input: unknown; tools: Json[] }): Json {
    for (const tool of tools) {
      assert(tool["type"] === "function");
      checkFunction(tool);
    }
    const calls = this.#calls.map(({ name, args }, at) => ({
      type: "function_call",
      call_id: `call_${at}`,
      name,
      arguments: args,
    }));
    const output = { id: "r", object: "response" };
    if (typeof input === "string") return { ...output, output: calls };
    const answers = input as Json[];
    checkAnswered(
      calls.map(({ call_id }) => call_id),
      answers.map(({ call_id }) => call_id),
    );
    const text = JSON.stringify(answers.map(({ output }) => output));
    const content = [{ type: "output_text", text, annotations: [] }];
    return {
      ...output,
      output: [{ type: "message", role: "assistant", content }],
    };
  }
}

function checkFunction({ name, parameters, strict }: Json): void {
  checkTool(name, parameters);
  if (strict) checkStrict(parameters);
}
