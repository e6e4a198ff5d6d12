/**
 * Splits a command into words. A model writes it for a shell, but there is
 * none: shell syntax is refused, and never passed on literally.
 */

import { quote } from "../../../quote.ts";

/** Why a command can't be run, for its author. */
export class CommandRefused extends Error {
  /** Always the name of the class. */
  override readonly name = "CommandRefused";
}

/** Maximum length of a command in characters. */
const MAX_LENGTH = 131_072;

/** Shell syntax outside of quotes, and its name. */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["|", "no pipes"],
  ["&", "no second or background command"],
  [";", "no second command"],
  ["\n", "no second line"],
  ["\r", "no second line"],
  ["<", "no redirections"],
  [">", "no redirections"],
  ["(", "no subshells"],
  [")", "no subshells"],
  ["$", "no variables"],
  ["`", "no substitutions"],
  ["*", "no patterns for file names"],
  ["?", "no patterns for file names"],
  ["[", "no patterns for file names"],
  ["]", "no patterns for file names"],
  ["{", "no groups"],
  ["}", "no groups"],
]);
/** Shell syntax that is special only at the start of a word. */
const AT_START: ReadonlyMap<string, string> = new Map([
  ["~", "no home folder"],
  ["#", "no comments"],
  ["!", "no negations"],
]);
/** Characters that are special within double quotes too. */
const IN_DOUBLE = "$`";

/**
 * The words of a command, the name of the program first.
 *
 * Words are separated by spaces and tabs. Within single quotes everything is
 * literal. Within double quotes `\"` and `\\` are a quote and a backslash.
 * Elsewhere a backslash escapes the next character.
 *
 * @throws {CommandRefused} when it is empty or too long, has an unclosed quote,
 * or uses shell syntax.
 */
export function commandWords(command: string): [string, ...string[]] {
  if (typeof command !== "string") {
    throw new TypeError(
      `Cannot run command: expected text, got ${quote(command)}`,
    );
  }
  if (command.length > MAX_LENGTH) {
    throw new CommandRefused(
      `Cannot run command: it has ${command.length} characters, limit is ${MAX_LENGTH}`,
    );
  }
  const text = trimmed(command);
  const [name, ...args] = new Words(text).read();
  if (name === undefined) {
    throw new CommandRefused("Cannot run command: it is empty");
  }
  if (/^[A-Za-z_]\w*=/.test(text)) {
    throw new CommandRefused(
      "Cannot run command: there is no shell, so no variables before it; set env",
    );
  }
  return [name, ...args];
}

/** Trims word separators, and nothing else, at both ends. */
function trimmed(command: string): string {
  const isBlank = (at: number) => " \t\r\n".includes(command[at]!);
  let end = command.length;
  while (end > 0 && isBlank(end - 1)) end--;
  let start = 0;
  while (start < end && isBlank(start)) start++;
  return command.slice(start, end);
}

class Words {
  readonly #text: string;
  readonly #words: string[] = [];
  #at = 0;
  /** The current word; undefined between words. */
  #word: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly string[] {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at++]!);
    this.#end();
    return this.#words;
  }

  #step(character: string): void {
    if (character === "\0") this.#fail("it has a NUL");
    else if (character === " " || character === "\t") this.#end();
    else if (character === "'") this.#add(this.#single());
    else if (character === '"') this.#add(this.#double());
    else if (character === "\\") this.#add(this.#escaped());
    else this.#add(this.#plain(character));
  }

  #add(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  #end(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #plain(character: string): string {
    const why = OPERATORS.get(character) ??
      (this.#word === undefined ? AT_START.get(character) : undefined);
    if (why !== undefined) this.#refuse(why, character);
    return character;
  }

  #escaped(): string {
    const next = this.#text[this.#at++];
    if (next === undefined) this.#fail("nothing follows its last backslash");
    if (next === "\n" || next === "\r" || next === "\0") {
      this.#refuse("no second line", "\\");
    }
    return next;
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) this.#fail("a single quote is not closed");
    const inside = this.#text.slice(this.#at, end);
    if (inside.includes("\0")) this.#fail("it has a NUL");
    this.#at = end + 1;
    return inside;
  }

  #double(): string {
    let inside = "";
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined) {
        this.#fail("a double quote is not closed");
      }
      if (character === '"') return inside;
      if (character === "\0") this.#fail("it has a NUL");
      if (IN_DOUBLE.includes(character)) {
        this.#refuse(OPERATORS.get(character)!, character);
      }
      const next = this.#text[this.#at];
      const isEscape = character === "\\" && (next === '"' || next === "\\");
      if (isEscape) this.#at++;
      inside += isEscape ? next : character;
    }
  }

  #refuse(why: string, character: string): never {
    this.#fail(
      `there is no shell, so ${why} (${
        JSON.stringify(character)
      } at character ${this.#at}); quote it with single quotes to use it literally`,
    );
  }

  #fail(why: string): never {
    throw new CommandRefused(`Cannot run command: ${why}`);
  }
}
