/** Regular expressions matched in linear time. */

import { quote } from "../../quote.ts";
import { type StepBudget, UncheckableSchema } from "../step_budget.ts";
import { parsePattern } from "./parse_pattern.ts";
import { type Instruction, toProgram } from "./program.ts";
import { NOTHING, Threads } from "./threads.ts";

/** Longer ones are refused. */
const MAX_LENGTH = 4096;
/** The cost of compiling a character class, in steps. */
const CLASS_STEPS = 50;
/** Size of the cache, as schemas repeat patterns. */
const MAX_KEPT = 200;

const kept = new Map<string, Pattern>();

/** A JavaScript regular expression without features that need backtracking. */
export class Pattern {
  readonly #source: string;
  #program: readonly Instruction[] | undefined;

  private constructor(source: string) {
    this.#source = source;
  }

  /** The pattern for a source, which is compiled when first used. */
  static of(source: string): Pattern {
    const known = kept.get(source);
    if (known) return known;
    if (source.length > MAX_LENGTH) {
      throw new UncheckableSchema(
        `it has a pattern of ${source.length} characters, limit is ${MAX_LENGTH}`,
      );
    }
    const pattern = new Pattern(source);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(source, pattern);
    return pattern;
  }

  /** The source, quoted and truncated. */
  toString(): string {
    return quote(this.#source);
  }

  /**
   * Whether a text contains a match.
   *
   * @throws {UncheckableSchema} when it is invalid or can't be matched in
   * linear time.
   */
  *matches(text: string, budget: StepBudget): Generator<void, boolean> {
    const program = this.#program ??= this.#read(budget);
    const threads = new Threads(program);
    let before = NOTHING;
    for (let at = 0;;) {
      const after = text.codePointAt(at) ?? NOTHING;
      const isFound = threads.advance(before, after);
      budget.take(threads.places);
      if (isFound) return true;
      if (after === NOTHING) return false;
      threads.take(after);
      if (budget.isSliceOver()) yield;
      before = after;
      at += after > 0xffff ? 2 : 1;
    }
  }

  #read(budget: StepBudget): readonly Instruction[] {
    const classes = this.#source.match(/[[\\]/g)?.length ?? 0;
    budget.take(this.#source.length + classes * CLASS_STEPS);
    const program = toProgram(parsePattern(this.#source));
    budget.take(program.length);
    return program;
  }
}
