/**
 * Tools for OpenAI's Chat Completions and Responses, and the answers to what a
 * model calls.
 *
 * ```ts ignore
 * import { answerChatCalls, chatTools } from "@cortexai/sandbox/openai";
 *
 * const { choices } = await openai.chat.completions.create({
 *   ...request,
 *   messages,
 *   tools: chatTools(registry),
 * });
 * messages.push(choices[0].message);
 * messages.push(...await answerChatCalls(registry, choices[0].message));
 * ```
 *
 * @module
 */

import type { JsonValue, ToolRegistry, ToolSchema } from "../../../mod.ts";
import { answerModelCall, type AnswerOptions } from "../model_call.ts";
import { toolsByModelName } from "../model_name.ts";
import { objectSchema } from "../object_schema.ts";
import { strictSchema, withoutNulls } from "./strict_schema.ts";

export type { AnswerOptions };

/** Options of {@linkcode chatTools} and {@linkcode responseTools}. */
export interface OpenAIToolOptions {
  /**
   * Whether the model is held to the schema, where the schema can be told in
   * strict mode; `false` by default.
   */
  readonly strict?: boolean | undefined;
}

/** A tool for Chat Completions. */
export interface ChatTool {
  /** Always `"function"`. */
  type: "function";
  /** What the model is told. */
  function: {
    /** The name that the model calls it by. */
    name: string;
    /** What it does. */
    description: string;
    /** Its arguments, in JSON Schema. */
    parameters: { [keyword: string]: JsonValue };
    /** Whether the model is held to the schema. */
    strict: boolean;
  };
}

/** A tool for Responses. */
export interface ResponseTool {
  /** Always `"function"`. */
  type: "function";
  /** The name that the model calls it by. */
  name: string;
  /** What it does. */
  description: string;
  /** Its arguments, in JSON Schema. */
  parameters: { [keyword: string]: JsonValue };
  /** Whether the model is held to the schema. */
  strict: boolean;
}

/** A message of Chat Completions with a model's calls. */
export interface ChatMessage {
  /** The calls, if there are any. */
  readonly tool_calls?: readonly ChatCall[] | null | undefined;
}

/** A call in Chat Completions; custom tools are somebody else's. */
export interface ChatCall {
  /** What its answer refers to. */
  readonly id: string;
  /** `"function"` for tools with parameters. */
  readonly type: string;
  /** What is called. */
  readonly function?: { readonly name: string; readonly arguments: string };
}

/** An answer in Chat Completions. */
export interface ChatAnswer {
  /** Always `"tool"`. */
  role: "tool";
  /** The call that it answers. */
  tool_call_id: string;
  /** The answer, or why there is none. */
  content: string;
}

/** An item that a model's response consists of. */
export interface ResponseItem {
  /** `"function_call"` for calls. */
  readonly type: string;
  /** What an answer refers to. */
  readonly call_id?: string | null;
  /** The tool that is called. */
  readonly name?: string | null;
  /** Its arguments, in JSON. */
  readonly arguments?: unknown;
}

/** An answer in Responses. */
export interface ResponseAnswer {
  /** Always `"function_call_output"`. */
  type: "function_call_output";
  /** The call that it answers. */
  call_id: string;
  /** The answer, or why there is none. */
  output: string;
}

/**
 * The tools of a registry for Chat Completions.
 *
 * @param registry The tools.
 * @param options Whether the model is held to the schemas.
 * @returns the `tools` of a request.
 * @throws {TypeError} when two tools would have one name.
 */
export function chatTools(
  registry: ToolRegistry,
  options: OpenAIToolOptions = {},
): ChatTool[] {
  return responseTools(registry, options)
    .map(({ type, ...rest }) => ({ type, function: rest }));
}

/**
 * The tools of a registry for Responses.
 *
 * @param registry The tools.
 * @param options Whether the model is held to the schemas.
 * @returns the `tools` of a request.
 * @throws {TypeError} when two tools would have one name.
 */
export function responseTools(
  registry: ToolRegistry,
  { strict = false }: OpenAIToolOptions = {},
): ResponseTool[] {
  return [...toolsByModelName(registry)].map(([name, schema]) => {
    const strictly = strict ? strictSchema(schema.parameters) : undefined;
    return {
      type: "function",
      name,
      description: schema.description,
      parameters: strictly ?? objectSchema(schema),
      strict: strictly !== undefined,
    };
  });
}

/**
 * Makes the calls of a message, all at once.
 *
 * @param registry The tools.
 * @param message The model's message.
 * @param options The signal, how much of an answer is shown, and who is told.
 * @returns the messages that follow it, failures among them.
 * @throws the signal's reason when it is aborted.
 */
export async function answerChatCalls(
  registry: ToolRegistry,
  message: ChatMessage,
  options: AnswerOptions = {},
): Promise<ChatAnswer[]> {
  const calls = (message.tool_calls ?? [])
    .filter((call) => call.type === "function" && call.function);
  return await Promise.all(calls.map(async (call) => ({
    role: "tool" as const,
    tool_call_id: call.id,
    content: await answer(registry, call.function!, options),
  })));
}

/**
 * Makes the calls of a response, all at once.
 *
 * @param registry The tools.
 * @param output The response's `output`.
 * @param options The signal, how much of an answer is shown, and who is told.
 * @returns the items that follow it, failures among them.
 * @throws the signal's reason when it is aborted.
 */
export async function answerResponseCalls(
  registry: ToolRegistry,
  output: readonly ResponseItem[],
  options: AnswerOptions = {},
): Promise<ResponseAnswer[]> {
  const calls = output.filter(({ type }) => type === "function_call");
  return await Promise.all(calls.map(async (call) => ({
    type: "function_call_output" as const,
    call_id: call.call_id ?? "",
    output: await answer(registry, {
      name: call.name ?? "",
      arguments: call.arguments,
    }, options),
  })));
}

async function answer(
  registry: ToolRegistry,
  call: { readonly name: string; readonly arguments?: unknown },
  options: AnswerOptions,
): Promise<string> {
  const { text } = await answerModelCall(registry, {
    name: call.name,
    args: call.arguments,
    restore: (name, args) => restored(registry.get(name)?.schema(), args),
  }, options);
  return text;
}

/** In strict mode, null stands for what is left out. */
function restored(schema: ToolSchema | undefined, args: unknown): unknown {
  return schema && withoutNulls(schema.parameters, args as JsonValue);
}
