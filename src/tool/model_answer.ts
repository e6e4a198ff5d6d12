/** Turns a result into the text that a model is shown. */

import { checkKnown, checkWhole } from "../config/option_checks.ts";
import type { CallResult } from "./call_result.ts";
import { cutText } from "./cut_text.ts";
import { explain } from "./explain.ts";
import { textPieces } from "./json_pieces.ts";
import type { JsonValue } from "./tool.ts";

/** Options of {@linkcode modelAnswer}. */
export interface ModelAnswerOptions {
  /**
   * The most bytes of the answer that are shown, in UTF-8; 16 384 by default.
   */
  readonly maxBytes?: number | undefined;
}

/** What a model is shown of a result; the result itself stays whole. */
export interface ModelAnswer {
  /** The answer, or why there is none and what would help. */
  readonly text: string;
  /** Whether the call failed. */
  readonly isError: boolean;
  /** Bytes of the answer that were left out; 0 when all of it is shown. */
  readonly bytesLeftOut: number;
}

const DEFAULT_BYTES = 16 * 1024;
const LEAST_BYTES = 64;
const MOST_BYTES = 2 ** 26;

/**
 * Turns a result into a text for a model: a string as it is, everything else as
 * JSON, cut to its head and its tail where it is longer than the limit; for a
 * failure what {@linkcode explain} says.
 *
 * @param result The result of a call.
 * @param options How much of it is shown.
 * @returns the text, and how much of the answer it leaves out.
 * @throws {RangeError} when the limit is not from 64 bytes to 64 MiB.
 * @throws {TypeError} for an option that does not exist.
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
