/**
 * Code mode as a tool for frameworks that call tools themselves: the AI SDK, in
 * place of its own code tool, and LangChain, in place of its interpreter.
 */

import { inputSchema, type StandardToolSchema } from "../../../mod.ts";
import type { CodeMode } from "./code_mode.ts";

/** Call options from the AI SDK. */
export interface CodeCallOptions {
  /** Stops the program when aborted. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** A tool of the AI SDK. */
export interface AiCodeTool {
  /** What the model is told, with the declarations of the tools. */
  description: string;
  /** `js`, as in the SDK's own tool. */
  inputSchema: StandardToolSchema<{ js: string }>;
  /** Runs a program; failures are returned as text for the model. */
  execute(input: { js: string }, options: CodeCallOptions): Promise<string>;
}

/** The fields of LangChain's `DynamicStructuredTool`. */
export interface LangChainCodeTool {
  /** `eval`, the name of its interpreter. */
  name: string;
  /** What the model is told, with the declarations of the tools. */
  description: string;
  /** JSON Schema of the program. */
  schema: {
    type: "object";
    properties: { code: { type: "string" } };
    required: ["code"];
  };
  /** Runs a program; failures are returned as text for the model. */
  func(
    input: { code: string },
    manager?: unknown,
    config?: { readonly signal?: AbortSignal },
  ): Promise<string>;
}

/**
 * Creates a tool for the AI SDK's `tools`.
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
 * Creates the fields of a LangChain tool.
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
