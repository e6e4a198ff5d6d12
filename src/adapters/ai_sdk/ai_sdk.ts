/**
 * Tools for the AI SDK, which calls them itself, and a sandbox for its own
 * tools, {@linkcode sandboxSession}.
 *
 * ```ts ignore
 * import { aiTools } from "@cortexai/sandbox/ai-sdk";
 *
 * const { text } = await generateText({
 *   model,
 *   prompt,
 *   tools: aiTools(registry),
 *   stopWhen: stepCountIs(10),
 * });
 * ```
 *
 * @module
 */

import {
  inputSchema,
  type JsonValue,
  type ModelAnswer,
  type StandardToolSchema,
  type ToolRegistry,
} from "../../../mod.ts";
import { answerModelCall, type AnswerOptions } from "../model_call.ts";
import { toolsByModelName } from "../model_name.ts";

export type { AnswerOptions };
export {
  sandboxSession,
  type SandboxSessionOptions,
} from "./session/sandbox_session.ts";
export { type FileAct, SandboxFileError } from "./session/file_error.ts";
export type { SessionProgram } from "./session/session_commands.ts";
export type {
  AiCommandOptions,
  AiCommandResult,
  AiDirectoryEntry,
  AiFileStat,
  AiPathOptions,
  AiProcess,
  AiReadTextOptions,
  AiSandboxSession,
  AiSpawn,
  AiWritableProcess,
  AiWriteOptions,
  AiWriteTextOptions,
} from "./session/session_shape.ts";

/** A tool of the AI SDK. */
export interface AiTool {
  /** What it does. */
  description: string;
  /** A display name; empty if the tool does not declare one. */
  title: string;
  /** Its arguments. */
  inputSchema: StandardToolSchema<Record<string, JsonValue>>;
  /** Calls it; a failure is returned as a result. */
  execute(
    input: Record<string, JsonValue>,
    options: AiCallOptions,
  ): Promise<ModelAnswer>;
  /** Converts its result to what the model is shown. */
  toModelOutput(options: { readonly output: ModelAnswer }): AiModelOutput;
}

/** Call options from the AI SDK. */
export interface AiCallOptions {
  /** Aborts the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** Text for the model. */
export interface AiModelOutput {
  /** Whether it is a result or an error. */
  type: "text" | "error-text";
  /** The text. */
  value: string;
}

/** Options of {@linkcode aiTools}; the signal is the AI SDK's own. */
export type AiToolOptions = Omit<AnswerOptions, "signal">;

/**
 * Converts the tools of a registry to a `ToolSet`.
 *
 * @param registry The tools.
 * @param options The size limit of results, and callbacks.
 * @returns the `tools` of `generateText`.
 * @throws {TypeError} when two tools would have the same name.
 */
export function aiTools(
  registry: ToolRegistry,
  options: AiToolOptions = {},
): Record<string, AiTool> {
  const tools = [...toolsByModelName(registry)]
    .map(([name, schema]): [string, AiTool] => [name, {
      description: schema.description,
      title: schema.title ?? "",
      inputSchema: inputSchema(schema),
      execute: (input, { abortSignal }) =>
        answerModelCall(registry, { name, args: input }, {
          ...options,
          signal: abortSignal,
        }),
      toModelOutput: ({ output }) => ({
        type: output.isError ? "error-text" : "text",
        value: output.text,
      }),
    }]);
  return Object.fromEntries(tools);
}
