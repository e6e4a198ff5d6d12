import { CompilationFailed } from "../../errors.ts";
import type { FuncType } from "../../wasm/func_type.ts";
import {
  isNullable,
  typeIndexOf,
  type ValueType,
} from "../../wasm/value_type.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/**
 * Bounds how many different function types a process has shown to V8, which
 * keeps one table of them for all modules, never shrinks it, and ends the
 * process when it is full.
 */
export class TypeBudget {
  readonly #limit: number;
  /** A number for each type, by its structure. */
  readonly #known = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Counts a module's types; those that are known cost nothing.
   *
   * @throws {CompilationFailed} when the budget is used up.
   */
  spend(types: readonly FuncType[]): void {
    const numbers: number[] = [];
    for (const type of types) {
      const key = structure(type, numbers);
      let number = this.#known.get(key);
      if (number === undefined) {
        number = this.#known.size;
        if (number >= this.#limit) {
          throw new CompilationFailed(
            "Cannot prepare module: modules of this process have used " +
              `${number} different function types, the limit`,
          );
        }
        this.#known.set(key, number);
      }
      numbers.push(number);
    }
  }
}

/** V8's table of types is the process's too, so there is one budget. */
export const processTypes: TypeBudget = new TypeBudget(
  MODULE_LIMITS.processTypes,
);

/** The same text for the same type, in whichever module it stands. */
function structure(type: FuncType, numbers: readonly number[]): string {
  const text = (one: ValueType) => valueText(one, numbers);
  return `${type.params.map(text).join()}>${type.results.map(text).join()}`;
}

function valueText(type: ValueType, numbers: readonly number[]): string {
  const index = typeIndexOf(type);
  if (index < 0) return type.toString(36);
  // A type that names itself has no number yet.
  return `${isNullable(type) ? "?" : "!"}${numbers[index] ?? "self"}`;
}
