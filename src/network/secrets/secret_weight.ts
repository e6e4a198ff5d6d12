/**
 * The counted size of a secret. A guest sees when a limit is reached and
 * controls the data around a secret, so counting the real length would reveal
 * it. Instead it counts as the next power of two, in the longest of its forms:
 * never less than its real size.
 */

const MIN_WEIGHT = 64;
/** In a query, each character may expand to three. */
export const ESCAPED_WEIGHT = 3;
/** Escaped in JSON, as in most responses, each may expand to six. */
const REPEATED_WEIGHT = 8;

/** The counted size of a filled placeholder. */
export function filledWeight({ length }: string): number {
  return Math.max(MIN_WEIGHT, 2 ** Math.ceil(Math.log2(length)));
}

/** The counted size of a masked occurrence in a response. */
export function maskedWeight(value: string): number {
  return REPEATED_WEIGHT * filledWeight(value);
}
