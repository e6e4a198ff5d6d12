/**
 * Tools for Anthropic's Messages API, and the results of a model's calls.
 *
 * ```ts ignore
 * import { answerToolUses, anthropicTools } from "@cortexai/sandbox/anthropic";
 *
 * const { content } = await anthropic.messages.create({
 *   ...request,
 *   messages,
 *   tools: anthropicTools(registry),
 * });
 * messages.push({ role: "assistant", content });
 * messages.push(...await answerToolUses(registry, content));
 * ```
 *
 * @module
 */

import type { ToolRegistry } from "../../../mod.ts";
import { answerModelCall, type AnswerOptions } from "../model_call.ts";
import { toolsByModelName } from "../model_name.ts";
import { type ObjectSchema, objectSchema } from "../object_schema.ts";

export type { AnswerOptions, ObjectSchema };

/** A tool definition for the Messages API. */
export interface AnthropicTool {
  /** The name by which the model calls it. */
  name: string;
  /** What it does. */
  description: string;
  /** Its arguments, in JSON Schema. */
  input_schema: ObjectSchema;
}

/** A content block of a model's message. */
export interface ContentBlock {
  /** `"tool_use"` for calls. */
  readonly type: string;
  /** The id that the result refers to. */
  readonly id?: string | null;
  /** The tool that is called. */
  readonly name?: string | null;
  /** Its arguments. */
  readonly input?: unknown;
}

/** A tool result in the Messages API. */
export interface ToolResultBlock {
  /** Always `"tool_result"`. */
  type: "tool_result";
  /** The id of the call that it answers. */
  tool_use_id: string;
  /** The result, or why the call failed. */
  content: string;
  /** Whether the call failed. */
  is_error: boolean;
}

/** A message with tool results. */
export interface ToolResultMessage {
  /** Always `"user"`, as tool results are part of a user message. */
  role: "user";
  /** The answers. */
  content: ToolResultBlock[];
}

/**
 * Converts the tools of a registry.
 *
 * @param registry The tools.
 * @returns the `tools` parameter of a request.
 * @throws {TypeError} when two tools would have the same name.
 */
export function anthropicTools(registry: ToolRegistry): AnthropicTool[] {
  return [...toolsByModelName(registry)].map(([name, schema]) => ({
    name,
    description: schema.description,
    input_schema: objectSchema(schema),
  }));
}

/**
 * Makes all calls of a message concurrently.
 *
 * @param registry The tools.
 * @param content The blocks of the model's message.
 * @param options A signal, the size limit of results, and callbacks.
 * @returns the message that follows it, including failures; none if there are
 * no calls.
 * @throws the signal's reason when it is aborted.
 */
export async function answerToolUses(
  registry: ToolRegistry,
  content: readonly ContentBlock[],
  options: AnswerOptions = {},
): Promise<ToolResultMessage[]> {
  const calls = content.filter(({ type }) => type === "tool_use");
  if (calls.length === 0) return [];
  const results = calls.map(async ({ id, name, input }) => {
    const call = { name: name ?? "", args: input };
    const answer = await answerModelCall(registry, call, options);
    return {
      type: "tool_result" as const,
      tool_use_id: id ?? "",
      content: answer.text,
      is_error: answer.isError,
    };
  });
  return [{ role: "user", content: await Promise.all(results) }];
}
