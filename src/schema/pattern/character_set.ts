/**
 * Character sets, delegated to the engine: matching one character can't
 * backtrack.
 */

import type { CharacterSet } from "./syntax.ts";

const ASCII = 128;
const UNKNOWN = 0;
const NO = 1;
const YES = 2;

/** The set of one character. */
export function single(wanted: number): CharacterSet {
  return (code) => code === wanted;
}

/**
 * The set that a class or an escape such as `[a-z]` or `\p{L}` denotes.
 *
 * @throws {SyntaxError} when it is invalid.
 */
export function engineSet(source: string): CharacterSet {
  const expression = compile(source);
  const known = new Uint8Array(ASCII);
  const test = (code: number) => expression.test(String.fromCodePoint(code));
  return (code) => {
    if (code >= ASCII) return test(code);
    if (known[code] === UNKNOWN) known[code] = test(code) ? YES : NO;
    return known[code] === YES;
  };
}

/** Some classes, such as `[\w-.]`, are valid only without the `u` flag. */
function compile(source: string): RegExp {
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    return new RegExp(`^${source}$`);
  }
}
