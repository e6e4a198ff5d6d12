/**
 * Code mode as one tool of frameworks that call tools by themselves: the AI SDK,
 * instead of its own, and LangChain, instead of its interpreter.
 */

import { inputSchema, type StandardToolSchema } from "../../../mod.ts";
import type { CodeMode } from "./code_mode.ts";

/** What the AI SDK says of a call. */
export interface CodeCallOptions {
  /** Ends the program when aborted. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** A tool of the AI SDK. */
export interface AiCodeTool {
  /** What the model is told, with the declarations of the tools. */
  description: string;
  /** `js`, as the SDK's own tool has it. */
  inputSchema: StandardToolSchema<{ js: string }>;
  /** Runs a program; what goes wrong is text for the model, too. */
  execute(input: { js: string }, options: CodeCallOptions): Promise<string>;
}

/** What LangChain's `DynamicStructuredTool` is made of. */
export interface LangChainCodeTool {
  /** `eval`, as its interpreter is called. */
  name: string;
  /** What the model is told, with the declarations of the tools. */
  description: string;
  /** JSON Schema of the program. */
  schema: {
    type: "object";
    properties: { code: { type: "string" } };
    required: ["code"];
  };
  /** Runs a program; what goes wrong is text for the model, too. */
  func(
    input: { code: string },
    manager?: unknown,
    config?: { readonly signal?: AbortSignal },
  ): Promise<string>;
}

/**
 * Makes a tool for the AI SDK's `tools`.
 *
 * ```ts ignore
 * const { text } = await generateText({
 *   model,
 *   prompt,
 *   tools: { code_mode: aiCodeTool(mode) },
 * });
 * ```
 */
export function aiCodeTool(mode: CodeMode): AiCodeTool {
  const parameters = {
    type: "object",
    properties: { js: { type: "string", description: "The program" } },
    required: ["js"],
    additionalProperties: false,
  };
  return {
    description: mode.schema().description,
    inputSchema: inputSchema({ parameters }) as unknown as StandardToolSchema<
      { js: string }
    >,
    execute: ({ js }, { abortSignal }) =>
      mode.text(js, { signal: abortSignal }),
  };
}

/**
 * Makes what a tool of LangChain is made of.
 *
 * ```ts ignore
 * import { DynamicStructuredTool } from "@langchain/core/tools";
 *
 * const interpreter = new DynamicStructuredTool(langChainCodeTool(mode));
 * ```
 */
export function langChainCodeTool(mode: CodeMode): LangChainCodeTool {
  return {
    name: "eval",
    description: mode.schema().description,
    schema: {
      type: "object",
      properties: { code: { type: "string" } },
      required: ["code"],
    },
    func: ({ code }, _manager, config) =>
      mode.text(code, { signal: config?.signal }),
  };
}
