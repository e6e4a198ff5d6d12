/** Handles one tool call of a model, from the call to the text returned. */

import {
  type CallResult,
  type JsonValue,
  type ModelAnswer,
  modelAnswer,
  type ModelAnswerOptions,
  type ToolCallOptions,
  type ToolRegistry,
} from "../../mod.ts";
import { quote } from "../quote.ts";
import { toolsByModelName } from "./model_name.ts";

/** Options for answering a model's calls. */
export interface AnswerOptions extends ToolCallOptions, ModelAnswerOptions {
  /** Called with each full result, of which the model may see only a part. */
  readonly onResult?:
    | ((name: string, result: CallResult<JsonValue>) => void)
    | undefined;
}

/** A tool call requested by a model. */
export interface ModelCall {
  /** The name of the tool as known to the model. */
  readonly name: string;
  /** The arguments, or their JSON text. */
  readonly args: unknown;
  /** Converts the arguments to what the tool expects. */
  readonly restore?: ((name: string, args: unknown) => unknown) | undefined;
}

/**
 * Makes the call and converts its result to text.
 *
 * @throws the signal's reason when the call is aborted.
 */
export async function answerModelCall(
  registry: ToolRegistry,
  call: ModelCall,
  options: AnswerOptions,
): Promise<ModelAnswer> {
  const { onResult, maxBytes, ...own } = options;
  const name = toolsByModelName(registry).get(call.name)?.name ?? call.name;
  const given = typeof call.args === "string" ? parse(call.args) : call;
  if (!("args" in given)) return given;
  const args = call.restore?.(name, given.args) ?? given.args ?? {};
  const result = await registry.call(name, args, own);
  onResult?.(name, result);
  return await modelAnswer(result, maxBytes === undefined ? {} : { maxBytes });
}

/**
 * Models write the JSON themselves, and not always correctly; an empty text
 * means `{}`.
 */
function parse(text: string): { args: unknown } | ModelAnswer {
  if (text.trim() === "") return { args: {} };
  try {
    return { args: JSON.parse(text) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      text: `Failed: The arguments are not JSON: ${why}, got ${
        quote(text)
      }. Call it again with a JSON object.`,
      isError: true,
      bytesLeftOut: 0,
    };
  }
}
