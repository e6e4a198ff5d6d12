/**
 * What a secret counts as against the limits. A guest sees where a limit is
 * reached and chooses what stands beside the secret: counted as long as it is,
 * a limit would measure it. So it counts as the next power of two, in the
 * longest of its forms: never less than what it takes.
 */

const MIN_WEIGHT = 64;
/** In a query, every character may become three. */
export const ESCAPED_WEIGHT = 3;
/** Escaped for JSON, which is what most answers are, it may become six. */
const REPEATED_WEIGHT = 8;

/** Bytes that a filled placeholder counts as. */
export function filledWeight({ length }: string): number {
  return Math.max(MIN_WEIGHT, 2 ** Math.ceil(Math.log2(length)));
}

/** Bytes that a place that was masked in an answer counts as. */
export function maskedWeight(value: string): number {
  return REPEATED_WEIGHT * filledWeight(value);
}
