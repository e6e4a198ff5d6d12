/** The structure of a JSON text: everything in it but the insides of strings. */

import { MAX_DEPTH, tooDeep } from "./json_text.ts";

/**
 * Whether a text has at most this much structure, which is what makes parsing
 * slow: characters outside strings, and escapes within them.
 *
 * The text need not be JSON: `JSON.parse` finds out what is wrong with it.
 *
 * @throws {UnusableJson} when brackets nest too deep.
 */
export function hasAtMost(most: number, text: string): boolean {
  const { length } = text;
  let depth = 0;
  let structure = 0;
  /** The first backslash that is not behind us; searched for once it is. */
  let backslash = -1;
  for (let at = 0; at < length; at++) {
    if (++structure > most) return false;
    const character = text[at];
    if (character === "[" || character === "{") {
      if (++depth > MAX_DEPTH) throw tooDeep();
    } else if (character === "]" || character === "}") depth--;
    if (character !== '"') continue;
    // Searching is many times as fast as looking at each character.
    let quote = find(text, '"', ++at);
    for (;;) {
      if (backslash < at) backslash = find(text, "\\", at);
      if (backslash >= quote) break;
      if (++structure > most) return false;
      at = backslash + 2;
      if (quote < at) quote = find(text, '"', at);
    }
    at = quote;
  }
  return true;
}

/** Where something is found from `at` on; behind the end when nowhere. */
function find(text: string, what: string, at: number): number {
  const found = text.indexOf(what, at);
  return found === -1 ? text.length : found;
}
