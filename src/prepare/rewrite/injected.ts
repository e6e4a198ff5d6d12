/** Collects the functions that preparation adds to a module. */

import { CompilationFailed } from "../../errors.ts";
import type { FuncType } from "../../wasm/func_type.ts";
import type { ValueType } from "../../wasm/value_type.ts";
import { Writer } from "../../wasm/writer.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";

/** A function that preparation adds behind the guest's own. */
export interface InjectedFunction {
  readonly type: FuncType;
  /** Types of its variables, its parameters aside. */
  readonly locals: readonly ValueType[];
  /** Its operators, without the last `end`. */
  readonly code: Uint8Array;
}

/**
 * The functions that preparation adds, each when something first needs it.
 * They stand behind the guest's functions, so that no index of its own moves.
 */
export class InjectedFunctions {
  readonly #first: number;
  readonly #indices = new Map<string, number>();
  readonly #functions: InjectedFunction[] = [];

  /** @param first The index of the first injected function. */
  constructor(first: number) {
    this.#first = first;
  }

  get all(): readonly InjectedFunction[] {
    return this.#functions;
  }

  /** The index of the function with this key, if it was made. */
  find(key: string): number | undefined {
    return this.#indices.get(key);
  }

  /** The index of the function with this key, made on first use. */
  index(key: string, make: () => InjectedFunction): number {
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    if (this.#functions.length === MODULE_LIMITS.injectedFunctions) {
      throw new CompilationFailed(
        `Cannot prepare module: its bulk operators differ in more than ` +
          `${MODULE_LIMITS.injectedFunctions} ways, the limit`,
      );
    }
    const made = make();
    const index = this.#first + this.#functions.length;
    this.#functions.push(made);
    this.#indices.set(key, index);
    return index;
  }
}

/** Writes an injected function's entry of the code section. */
export function writeInjectedBody(
  writer: Writer,
  injected: InjectedFunction,
): void {
  const body = new Writer();
  body.u32(injected.locals.length);
  for (const type of injected.locals) body.u32(1).byte(type);
  body.bytes(injected.code).byte(0x0b);
  writer.u32(body.length).append(body);
}
