/**
 * Tools for Anthropic's Messages, and the answers to what a model calls.
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

/** A tool for Messages. */
export interface AnthropicTool {
  /** The name that the model calls it by. */
  name: string;
  /** What it does. */
  description: string;
  /** Its arguments, in JSON Schema. */
  input_schema: ObjectSchema;
}

/** A block of a model's message. */
export interface ContentBlock {
  /** `"tool_use"` for calls. */
  readonly type: string;
  /** What an answer refers to. */
  readonly id?: string | null;
  /** The tool that is called. */
  readonly name?: string | null;
  /** Its arguments. */
  readonly input?: unknown;
}

/** An answer in Messages. */
export interface ToolResultBlock {
  /** Always `"tool_result"`. */
  type: "tool_result";
  /** The call that it answers. */
  tool_use_id: string;
  /** The answer, or why there is none. */
  content: string;
  /** Whether the call failed. */
  is_error: boolean;
}

/** A message with answers. */
export interface ToolResultMessage {
  /** Always `"user"`: answers come from the model's user. */
  role: "user";
  /** The answers. */
  content: ToolResultBlock[];
}

/**
 * The tools of a registry.
 *
 * @param registry The tools.
 * @returns the `tools` of a request.
 * @throws {TypeError} when two tools would have one name.
 */
export function anthropicTools(registry: ToolRegistry): AnthropicTool[] {
  return [...toolsByModelName(registry)].map(([name, schema]) => ({
    name,
    description: schema.description,
    input_schema: objectSchema(schema),
  }));
}

/**
 * Makes the calls of a message, all at once.
 *
 * @param registry The tools.
 * @param content The blocks of the model's message.
 * @param options The signal, how much of an answer is shown, and who is told.
 * @returns the message that follows it, failures in it; none without calls.
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
