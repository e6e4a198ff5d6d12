/**
 * Runs all threads of a program in lockstep, so that a text is read only once.
 *
 * @see https://swtch.com/~rsc/regexp/regexp2.html
 */

import type { Instruction } from "./program.ts";
import type { Assertion } from "./syntax.ts";

/** Stands for the character before the first and after the last. */
export const NOTHING = -1;

/** The set of instructions that threads have reached. */
export class Threads {
  readonly #program: readonly Instruction[];
  /** The round in which each instruction was last reached. */
  readonly #seen: Uint32Array;
  #round = 0;
  /** How many instructions threads reached before the last character. */
  places = 0;
  /** Instructions that consume a character. */
  #takers: number[] = [];
  /** Where threads continue after the next character. */
  #next: number[] = [];

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#seen = new Uint32Array(program.length);
  }

  /**
   * Advances to the next character, with a new thread that starts there.
   *
   * @returns whether a thread has reached the end of the program.
   */
  advance(before: number, after: number): boolean {
    this.#round++;
    this.#takers = [];
    this.places = 0;
    const pending = this.#next;
    pending.push(0);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (this.#seen[at] === this.#round) continue;
      this.#seen[at] = this.#round;
      this.places++;
      const instruction = this.#program[at]!;
      if (instruction.op === "match") return true;
      if (instruction.op === "take") this.#takers.push(at);
      else if (instruction.op === "fork") {
        pending.push(instruction.one, instruction.other);
      } else if (holds(instruction.assertion, before, after)) {
        pending.push(at + 1);
      }
    }
    return false;
  }

  /** Consumes a character. */
  take(code: number): void {
    for (const at of this.#takers) {
      const instruction = this.#program[at]!;
      if (instruction.op === "take" && instruction.has(code)) {
        this.#next.push(at + 1);
      }
    }
  }
}

function holds(assertion: Assertion, before: number, after: number): boolean {
  switch (assertion) {
    case "start":
      return before === NOTHING;
    case "end":
      return after === NOTHING;
    case "word":
      return isWord(before) !== isWord(after);
    case "notWord":
      return isWord(before) === isWord(after);
  }
}

/** ASCII letters, digits and `_`. */
function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) || code === 0x5f;
}
