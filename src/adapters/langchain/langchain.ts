/**
 * Tools for LangChain's `bindTools`, and the messages that answer a model's
 * calls.
 *
 * ```ts ignore
 * import { answerToolCalls, langChainTools } from "@cortexai/sandbox/langchain";
 *
 * const bound = model.bindTools(langChainTools(registry));
 * const message = await bound.invoke(messages);
 * messages.push(message, ...await answerToolCalls(registry, message));
 * ```
 *
 * @module
 */

import type { JsonValue, ToolRegistry } from "../../../mod.ts";
import { answerModelCall, type AnswerOptions } from "../model_call.ts";
import { toolsByModelName } from "../model_name.ts";
import { objectSchema } from "../object_schema.ts";

export type { AnswerOptions };

/** A tool for `bindTools`. */
export interface LangChainTool {
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
  };
}

/** A model's message with tool calls. */
export interface LangChainMessage {
  /** The calls, if there are any. */
  readonly tool_calls?: readonly LangChainCall[] | undefined;
}

/** A call. */
export interface LangChainCall {
  /** The id that the result refers to. */
  readonly id?: string | undefined;
  /** The tool that is called. */
  readonly name: string;
  /** Its arguments. */
  readonly args: unknown;
}

/**
 * A result, which LangChain converts to a `ToolMessage`. Not an interface, as
 * interfaces are not assignable to `Record`.
 */
export type LangChainAnswer = {
  /** Always `"tool"`. */
  type: "tool";
  /** The id of the call that it answers. */
  tool_call_id: string;
  /** The tool that was called. */
  name: string;
  /** The result, or why the call failed. */
  content: string;
  /** Whether the call failed. */
  status: "success" | "error";
};

/**
 * Converts the tools of a registry.
 *
 * @param registry The tools.
 * @returns the argument of `bindTools`.
 * @throws {TypeError} when two tools would have the same name.
 */
export function langChainTools(registry: ToolRegistry): LangChainTool[] {
  return [...toolsByModelName(registry)].map(([name, schema]) => ({
    type: "function",
    function: {
      name,
      description: schema.description,
      parameters: objectSchema(schema),
    },
  }));
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
export async function answerToolCalls(
  registry: ToolRegistry,
  message: LangChainMessage,
  options: AnswerOptions = {},
): Promise<LangChainAnswer[]> {
  const calls = message.tool_calls ?? [];
  return await Promise.all(calls.map(async ({ id = "", name, args }) => {
    const answer = await answerModelCall(registry, { name, args }, options);
    return {
      type: "tool" as const,
      tool_call_id: id,
      name,
      content: answer.text,
      status: answer.isError ? "error" as const : "success" as const,
    };
  }));
}
