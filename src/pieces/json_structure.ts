/**
 * Measures the structure of a JSON text: everything but the contents of
 * strings.
 */

import { MAX_DEPTH, tooDeep } from "./json_text.ts";

/**
 * Whether a text has at most this much structure, which is what makes parsing
 * slow: characters outside of strings, and escapes within them.
 *
 * The text need not be valid JSON: `JSON.parse` reports what is wrong.
 *
 * @throws {UnusableJson} when brackets are nested too deeply.
 */
export function hasAtMost(most: number, text: string): boolean {
  const { length } = text;
  let depth = 0;
  let structure = 0;
  /** The next backslash; searched for again once it is passed. */
  let backslash = -1;
  for (let at = 0; at < length; at++) {
    if (++structure > most) return false;
    const character = text[at];
    if (character === "[" || character === "{") {
      if (++depth > MAX_DEPTH) throw tooDeep();
    } else if (character === "]" || character === "}") depth--;
    if (character !== '"') continue;
    // Searching is many times faster than examining each character.
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

/**
 * The position of something at or after `at`; past the end if there is none.
 */
function find(text: string, what: string, at: number): number {
  const found = text.indexOf(what, at);
  return found === -1 ? text.length : found;
}
