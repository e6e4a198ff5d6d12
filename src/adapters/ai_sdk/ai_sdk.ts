/**
 * Tools for the AI SDK, which calls them by itself; and a sandbox for tools of
 * its own, {@linkcode sandboxSession}.
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
  /** A name for people; empty when the tool does not say. */
  title: string;
  /** Its arguments. */
  inputSchema: StandardToolSchema<Record<string, JsonValue>>;
  /** Calls it; a failure is an answer too. */
  execute(
    input: Record<string, JsonValue>,
    options: AiCallOptions,
  ): Promise<ModelAnswer>;
  /** What of its answer the model is shown. */
  toModelOutput(options: { readonly output: ModelAnswer }): AiModelOutput;
}

/** What the AI SDK says of a call. */
export interface AiCallOptions {
  /** Ends the call when aborted. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** A text for the model. */
export interface AiModelOutput {
  /** Whether it is an answer or why there is none. */
  type: "text" | "error-text";
  /** The text. */
  value: string;
}

/** Options of {@linkcode aiTools}; the signal is the AI SDK's own. */
export type AiToolOptions = Omit<AnswerOptions, "signal">;

/**
 * The tools of a registry as a `ToolSet`.
 *
 * @param registry The tools.
 * @param options How much of an answer is shown, and who is told.
 * @returns the `tools` of `generateText`.
 * @throws {TypeError} when two tools would have one name.
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
