/** Compiles a regular expression to instructions for a Pike VM. */

import { UncheckableSchema } from "../step_budget.ts";
import type { Assertion, CharacterSet, PatternPart } from "./syntax.ts";

/** Maximum size after expanding repetition counts. */
const MAX_PARTS = 5_000;

/** An instruction of a thread. */
export type Instruction =
  | { readonly op: "take"; readonly has: CharacterSet }
  | { readonly op: "assert"; readonly assertion: Assertion }
  | { readonly op: "fork"; readonly one: number; readonly other: number }
  | { readonly op: "match" };

/**
 * Compiles a pattern; threads start at the first instruction.
 *
 * @throws {UncheckableSchema} when there are too many.
 */
export function toProgram(part: PatternPart): readonly Instruction[] {
  const program = new ProgramWriter();
  program.write(part);
  program.instructions.push({ op: "match" });
  return program.instructions;
}

class ProgramWriter {
  readonly instructions: Instruction[] = [];
  #parts = 0;

  write(part: PatternPart): void {
    // Counts parts instead of instructions, as empty parts take time as well.
    if (++this.#parts > MAX_PARTS) {
      throw new UncheckableSchema(
        `it has a pattern with more than ${MAX_PARTS} parts`,
      );
    }
    switch (part.kind) {
      case "set":
        this.instructions.push({ op: "take", has: part.has });
        break;
      case "assertion":
        this.instructions.push({ op: "assert", assertion: part.assertion });
        break;
      case "sequence":
        for (const one of part.parts) this.write(one);
        break;
      case "choice":
        this.#writeChoice(part.options);
        break;
      case "repeat":
        this.#writeRepeat(part.part, part.min, part.max);
    }
  }

  #writeChoice(options: readonly PatternPart[]): void {
    const ends: number[] = [];
    for (const option of options.slice(0, -1)) {
      const fork = this.#reserve();
      this.write(option);
      ends.push(this.#reserve());
      this.#fork(fork, fork + 1, this.#here);
    }
    this.write(options.at(-1)!);
    for (const end of ends) this.#fork(end, this.#here, this.#here);
  }

  #writeRepeat(part: PatternPart, min: number, max: number): void {
    for (let count = 0; count < min; count++) this.write(part);
    if (max === Infinity) {
      const fork = this.#reserve();
      this.write(part);
      const back = this.#reserve();
      this.#fork(back, fork, fork);
      this.#fork(fork, fork + 1, this.#here);
      return;
    }
    const forks: number[] = [];
    for (let count = min; count < max; count++) {
      forks.push(this.#reserve());
      this.write(part);
    }
    for (const fork of forks) this.#fork(fork, fork + 1, this.#here);
  }

  get #here(): number {
    return this.instructions.length;
  }

  /** Reserves a fork whose targets are not yet known. */
  #reserve(): number {
    return this.instructions.push({ op: "match" }) - 1;
  }

  #fork(at: number, one: number, other: number): void {
    this.instructions[at] = { op: "fork", one, other };
  }
}
