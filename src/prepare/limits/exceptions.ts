/** Refuses exceptions that could fill the JavaScript heap. */

import { CompilationFailed } from "../../errors.ts";
import type { GlobalType } from "../../wasm/entity.ts";
import type { FuncType } from "../../wasm/func_type.ts";
import { refused } from "../../wasm/malformed.ts";
import {
  isException,
  ValueCode,
  type ValueType,
} from "../../wasm/value_type.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/**
 * Exceptions are the only objects that a guest allocates on the JavaScript
 * heap, and running out of heap kills the process. So they must stay few,
 * limited to what the stack and the globals can hold, and small: no exception
 * may carry another, or many values.
 */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  [ValueCode.i32]: 4,
  [ValueCode.f32]: 4,
  [ValueCode.v128]: 16,
};

/** Refuses tags whose exceptions could be chained or large. */
export function checkTag(type: FuncType, at: number): void {
  let bytes = 0;
  for (const param of type.params) {
    if (isException(param)) {
      throw refused("an exception that carries another one", at);
    }
    bytes += VALUE_BYTES[param] ?? 8;
  }
  if (bytes > MODULE_LIMITS.exceptionBytes) {
    throw new CompilationFailed(
      `Cannot prepare module: an exception carries ${bytes} bytes, ` +
        `limit is ${MODULE_LIMITS.exceptionBytes}`,
      at,
    );
  }
}

/** Refuses tables of exceptions, which could hold any number of them. */
export function checkTableElement(element: ValueType, at: number): void {
  if (isException(element)) throw refused("a table of exceptions", at);
}

/** Refuses more globals of exceptions than a program can want. */
export function checkExceptionGlobals(
  globals: readonly GlobalType[],
  at: number,
): void {
  const count = globals.filter((global) => isException(global.value)).length;
  if (count > MODULE_LIMITS.exceptionGlobals) {
    throw new CompilationFailed(
      `Cannot prepare module: ${count} globals hold exceptions, ` +
        `limit is ${MODULE_LIMITS.exceptionGlobals}`,
      at,
    );
  }
}
