/**
 * Tools for OpenAI's Chat Completions and Responses APIs, and the results of a
 * model's calls.
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
   * Whether to use strict mode, if the schema can be expressed in it; `false`
   * by default.
   */
  readonly strict?: boolean | undefined;
}

/** A tool definition for Chat Completions. */
export interface ChatTool {
  /** Always `"function"`. */
  type: "function";
  /** The definition that the model sees. */
  function: {
    /** The name by which the model calls it. */
    name: string;
    /** What it does. */
    description: string;
    /** Its arguments, in JSON Schema. */
    parameters: { [keyword: string]: JsonValue };
    /** Whether strict mode is used. */
    strict: boolean;
  };
}

/** A tool definition for Responses. */
export interface ResponseTool {
  /** Always `"function"`. */
  type: "function";
  /** The name by which the model calls it. */
  name: string;
  /** What it does. */
  description: string;
  /** Its arguments, in JSON Schema. */
  parameters: { [keyword: string]: JsonValue };
  /** Whether strict mode is used. */
  strict: boolean;
}

/** A model's message in Chat Completions, with tool calls. */
export interface ChatMessage {
  /** The calls, if there are any. */
  readonly tool_calls?: readonly ChatCall[] | null | undefined;
}

/** A tool call in Chat Completions; calls of custom tools are ignored. */
export interface ChatCall {
  /** The id that the result refers to. */
  readonly id: string;
  /** `"function"` for tools with parameters. */
  readonly type: string;
  /** What is called. */
  readonly function?: { readonly name: string; readonly arguments: string };
}

/** A tool result in Chat Completions. */
export interface ChatAnswer {
  /** Always `"tool"`. */
  role: "tool";
  /** The id of the call that it answers. */
  tool_call_id: string;
  /** The result, or why the call failed. */
  content: string;
}

/** An item of a model's response. */
export interface ResponseItem {
  /** `"function_call"` for calls. */
  readonly type: string;
  /** The id that the result refers to. */
  readonly call_id?: string | null;
  /** The tool that is called. */
  readonly name?: string | null;
  /** Its arguments, in JSON. */
  readonly arguments?: unknown;
}

/** A tool result in Responses. */
export interface ResponseAnswer {
  /** Always `"function_call_output"`. */
  type: "function_call_output";
  /** The id of the call that it answers. */
  call_id: string;
  /** The result, or why the call failed. */
  output: string;
}

/**
 * Converts the tools of a registry for Chat Completions.
 *
 * @param registry The tools.
 * @param options Whether strict mode is used.
 * @returns the `tools` parameter of a request.
 * @throws {TypeError} when two tools would have the same name.
 */
export function chatTools(
  registry: ToolRegistry,
  options: OpenAIToolOptions = {},
): ChatTool[] {
  return responseTools(registry, options)
    .map(({ type, ...rest }) => ({ type, function: rest }));
}

/**
 * Converts the tools of a registry for Responses.
 *
 * @param registry The tools.
 * @param options Whether strict mode is used.
 * @returns the `tools` parameter of a request.
 * @throws {TypeError} when two tools would have the same name.
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
 * Makes all calls of a message concurrently.
 *
 * @param registry The tools.
 * @param message The model's message.
 * @param options A signal, the size limit of results, and callbacks.
 * @returns the messages that follow it, including failures.
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
 * Makes all calls of a response concurrently.
 *
 * @param registry The tools.
 * @param output The response's `output`.
 * @param options A signal, the size limit of results, and callbacks.
 * @returns the items that follow it, including failures.
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

/** In strict mode, null stands for an omitted member. */
function restored(schema: ToolSchema | undefined, args: unknown): unknown {
  return schema && withoutNulls(schema.parameters, args as JsonValue);
}
