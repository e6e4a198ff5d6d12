/**
 * Parses JavaScript regular expressions, except for what can't be matched in
 * linear time: lookaround and backreferences.
 *
 * @see https://tc39.es/ecma262/#sec-patterns
 */

import { quote } from "../../quote.ts";
import { UncheckableSchema } from "../step_budget.ts";
import { engineSet, single } from "./character_set.ts";
import type { CharacterSet, PatternPart } from "./syntax.ts";

/** Deeper groups are refused. */
const MAX_DEPTH = 50;
/** Higher counts are refused. */
const MAX_COUNT = 1000;
/** Limited because the engine compiles each class, which is slow. */
const MAX_CLASSES = 50;

const QUANTIFIER = /([*+?]|\{(\d+)(,(\d*))?\})\??/y;
const GROUP = /\((?:\?:|\?<(?![=!])[^>]*>|(?!\?))/y;
const CLASS = /\[(?:[^\]\\]|\\.)*\]/uy;
const ESCAPE =
  /\\(?:[pP]\{[^}]*\}|u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|.)/suy;

/**
 * Parses a pattern.
 *
 * @throws {UncheckableSchema} when it is invalid or can't be matched in linear
 * time.
 */
export function parsePattern(source: string): PatternPart {
  return new PatternParser(source).parse();
}

class PatternParser {
  readonly #source: string;
  readonly #classes = new Map<string, CharacterSet>();
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): PatternPart {
    if (!isValid(this.#source)) throw this.#refusal("that is not valid");
    const part = this.#choice();
    if (this.#at < this.#source.length) {
      throw this.#refusal("that is not valid");
    }
    return part;
  }

  #choice(): PatternPart {
    const options = [this.#sequence()];
    while (this.#next() === "|") {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(): PatternPart {
    const parts: PatternPart[] = [];
    for (let next = this.#next(); next !== ""; next = this.#next()) {
      if (next === "|" || next === ")") break;
      parts.push(this.#repeated(this.#atom(next)));
    }
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #repeated(part: PatternPart): PatternPart {
    const found = this.#take(QUANTIFIER);
    if (!found) return part;
    const [, sign, least, range, most] = found;
    if (sign === "*") return { kind: "repeat", part, min: 0, max: Infinity };
    if (sign === "+") return { kind: "repeat", part, min: 1, max: Infinity };
    if (sign === "?") return { kind: "repeat", part, min: 0, max: 1 };
    const min = Number(least);
    const max = range === undefined
      ? min
      : most === ""
      ? Infinity
      : Number(most);
    if (min > MAX_COUNT || (max > MAX_COUNT && max !== Infinity)) {
      throw this.#refusal(`that counts to more than ${MAX_COUNT}`);
    }
    return { kind: "repeat", part, min, max };
  }

  #atom(next: string): PatternPart {
    switch (next) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
      case "^":
        this.#at++;
        return { kind: "assertion", assertion: "start" };
      case "$":
        this.#at++;
        return { kind: "assertion", assertion: "end" };
      case ".":
        this.#at++;
        return { kind: "set", has: isInLine };
      default:
        this.#at += next.length;
        return { kind: "set", has: single(next.codePointAt(0)!) };
    }
  }

  #group(): PatternPart {
    if (!this.#take(GROUP)) throw this.#refusal("that uses lookaround");
    if (++this.#depth > MAX_DEPTH) {
      throw this.#refusal(`with groups deeper than ${MAX_DEPTH} levels`);
    }
    const part = this.#choice();
    if (this.#next() !== ")") throw this.#refusal("that is not valid");
    this.#at++;
    this.#depth--;
    return part;
  }

  #class(): PatternPart {
    const found = this.#take(CLASS);
    if (!found) throw this.#refusal("that is not valid");
    return { kind: "set", has: this.#engineSet(found[0]) };
  }

  #escape(): PatternPart {
    const found = this.#take(ESCAPE);
    if (!found) throw this.#refusal("that is not valid");
    const [text] = found;
    if (text === "\\b") return { kind: "assertion", assertion: "word" };
    if (text === "\\B") return { kind: "assertion", assertion: "notWord" };
    if (/^\\[1-9k]/.test(text)) throw this.#refusal("that uses backreferences");
    return { kind: "set", has: this.#engineSet(text) };
  }

  #engineSet(text: string): CharacterSet {
    const known = this.#classes.get(text);
    if (known) return known;
    if (this.#classes.size >= MAX_CLASSES) {
      throw this.#refusal(`with more than ${MAX_CLASSES} classes`);
    }
    const set = engineSet(text);
    this.#classes.set(text, set);
    return set;
  }

  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source);
    if (found) this.#at += found[0].length;
    return found;
  }

  /** The next character; empty at the end. */
  #next(): string {
    const code = this.#source.codePointAt(this.#at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  #refusal(why: string): UncheckableSchema {
    return new UncheckableSchema(
      `it has a pattern ${why}, ${quote(this.#source)}`,
    );
  }
}

/**
 * The engine parses a pattern in linear time, even if matching may take longer.
 */
function isValid(source: string): boolean {
  for (const flags of ["u", ""]) {
    try {
      new RegExp(source, flags);
      return true;
    } catch {
      // Some patterns are valid only without the `u` flag.
    }
  }
  return false;
}

/** What `.` matches: any character but line terminators. */
function isInLine(code: number): boolean {
  return code !== 0x0a && code !== 0x0d && code !== 0x2028 && code !== 0x2029;
}
