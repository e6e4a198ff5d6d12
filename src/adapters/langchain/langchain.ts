/**
 * Tools for LangChain: for `bindTools`, and the messages that answer what a
 * model calls.
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
  /** What the model is told. */
  function: {
    /** The name that the model calls it by. */
    name: string;
    /** What it does. */
    description: string;
    /** Its arguments, in JSON Schema. */
    parameters: { [keyword: string]: JsonValue };
  };
}

/** A message with a model's calls. */
export interface LangChainMessage {
  /** The calls, if there are any. */
  readonly tool_calls?: readonly LangChainCall[] | undefined;
}

/** A call. */
export interface LangChainCall {
  /** What its answer refers to. */
  readonly id?: string | undefined;
  /** The tool that is called. */
  readonly name: string;
  /** Its arguments. */
  readonly args: unknown;
}

/**
 * An answer, which LangChain turns into a `ToolMessage`; no interface, since
 * those are not a `Record`.
 */
export type LangChainAnswer = {
  /** Always `"tool"`. */
  type: "tool";
  /** The call that it answers. */
  tool_call_id: string;
  /** The tool that was called. */
  name: string;
  /** The answer, or why there is none. */
  content: string;
  /** Whether the call failed. */
  status: "success" | "error";
};

/**
 * The tools of a registry.
 *
 * @param registry The tools.
 * @returns what `bindTools` takes.
 * @throws {TypeError} when two tools would have one name.
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
 * Makes the calls of a message, all at once.
 *
 * @param registry The tools.
 * @param message The model's message.
 * @param options The signal, how much of an answer is shown, and who is told.
 * @returns the messages that follow it, failures among them.
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
