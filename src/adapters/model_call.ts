/** One call that a model asks for, from its text to the text it gets back. */

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

/** Options of the answers to a model's calls. */
export interface AnswerOptions extends ToolCallOptions, ModelAnswerOptions {
  /** Called with each whole result, of which the model may see a part. */
  readonly onResult?:
    | ((name: string, result: CallResult<JsonValue>) => void)
    | undefined;
}

/** What a model asks for. */
export interface ModelCall {
  /** The name that the model knows the tool by. */
  readonly name: string;
  /** The arguments, or their JSON. */
  readonly args: unknown;
  /** Turns the arguments into what the tool takes. */
  readonly restore?: ((name: string, args: unknown) => unknown) | undefined;
}

/**
 * Makes the call and turns its result into a text.
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

/** Models write JSON by themselves, and not always well; no text is `{}`. */
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
