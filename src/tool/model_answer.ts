/** Turns a result into text for a model. */

import { checkKnown, checkWhole } from "../config/option_checks.ts";
import type { CallResult } from "./call_result.ts";
import { cutText } from "./cut_text.ts";
import { explain } from "./explain.ts";
import { textPieces } from "./json_pieces.ts";
import type { JsonValue } from "./tool.ts";

/** Options of {@linkcode modelAnswer}. */
export interface ModelAnswerOptions {
  /**
   * The maximum size of the answer's text, in bytes of UTF-8; 16 384 by
   * default.
   */
  readonly maxBytes?: number | undefined;
}

/** What a model is shown of a result; the result itself is not truncated. */
export interface ModelAnswer {
  /** The answer, or why the call failed and what would help. */
  readonly text: string;
  /** Whether the call failed. */
  readonly isError: boolean;
  /** Bytes of the answer left out; 0 if it is shown in full. */
  readonly bytesLeftOut: number;
}

const DEFAULT_BYTES = 16 * 1024;
const LEAST_BYTES = 64;
const MOST_BYTES = 2 ** 26;

/**
 * Turns a result into text for a model: a string unchanged, everything else as
 * JSON, truncated to its head and tail above the limit; for a failure, the text
 * of {@linkcode explain}.
 *
 * @param result The result of a call.
 * @param options The size limit.
 * @returns the text, and how many bytes of the answer it leaves out.
 * @throws {RangeError} when the limit is not between 64 bytes and 64 MiB.
 * @throws {TypeError} for an unknown option.
 */
export async function modelAnswer(
  result: CallResult<JsonValue>,
  options: ModelAnswerOptions = {},
): Promise<ModelAnswer> {
  checkKnown("options of an answer", options, ["maxBytes"]);
  const { maxBytes = DEFAULT_BYTES } = options;
  checkWhole("maxBytes", maxBytes, LEAST_BYTES, MOST_BYTES);
  if (!result.ok) {
    return { text: explain(result), isError: true, bytesLeftOut: 0 };
  }
  const cut = await cutText(textPieces(result.value), maxBytes);
  const refused = result.denied.length > 0 ? `\n${explain(result)}` : "";
  return { ...cut, text: `${cut.text}${refused}`, isError: false };
}
