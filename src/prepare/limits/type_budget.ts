/** Limits the function types that a process passes to V8. */

import { CompilationFailed } from "../../errors.ts";
import type { FuncType } from "../../wasm/func_type.ts";
import {
  isNullable,
  typeIndexOf,
  type ValueType,
} from "../../wasm/value_type.ts";
import { MODULE_LIMITS } from "./module_limits.ts";
import { TypeTable } from "./type_table.ts";

/** What a {@linkcode TypeBudget} allows. */
export interface TypeLimits {
  /** Different types. */
  readonly types: number;
  /** Parameters and results of all of them. */
  readonly values: number;
}

/**
 * Limits how many different function types a process has passed to V8, which
 * keeps them in one table for all modules, never shrinks it, and ends the
 * process when it is full.
 */
export class TypeBudget {
  readonly #limits: TypeLimits;
  #table: TypeTable;

  constructor(limits: TypeLimits, table: TypeTable = new TypeTable()) {
    this.#limits = limits;
    this.#table = table;
  }

  /** The memory of its counters, for another thread of the process. */
  get memory(): SharedArrayBuffer {
    return this.#table.memory;
  }

  /** Shares the counters of another thread of the process. */
  share(memory: SharedArrayBuffer): void {
    this.#table = new TypeTable(memory);
  }

  /**
   * Counts a module's types; known types cost nothing.
   *
   * @throws {CompilationFailed} when the budget is exhausted.
   */
  spend(types: readonly FuncType[]): void {
    const marks: number[] = [];
    for (const type of types) {
      const mark = this.#table.mark(numbersOf(type, marks));
      if (!this.#table.has(mark)) this.#add(mark, type);
      marks.push(mark);
    }
  }

  #add(mark: number, { params, results }: FuncType): void {
    const { types, values } = this.#table;
    const own = params.length + results.length;
    check("function types", types + 1, this.#limits.types);
    check("parameters and results", values + own, this.#limits.values);
    this.#table.add(mark, own);
  }
}

function check(what: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new CompilationFailed(
    `Cannot prepare module: with it, modules of this process have ${value} ` +
      `different ${what}, limit is ${limit}`,
  );
}

/** V8's table of types is per process, so there is one budget. */
export const processTypes: TypeBudget = new TypeBudget({
  types: MODULE_LIMITS.processTypes,
  values: MODULE_LIMITS.processTypeValues,
});

/** Separates parameters from results. */
const ARROW = 1;
/** A type that names itself has no mark yet. */
const SELF = 2;

/** Encodes a type as numbers, the same for equal types in any module. */
function numbersOf(type: FuncType, marks: readonly number[]): number[] {
  const numbers: number[] = [];
  const write = (one: ValueType) => {
    const index = typeIndexOf(one);
    if (index < 0) numbers.push(4, one);
    else numbers.push(isNullable(one) ? 5 : 6, marks[index] ?? SELF);
  };
  type.params.forEach(write);
  numbers.push(ARROW);
  type.results.forEach(write);
  return numbers;
}
