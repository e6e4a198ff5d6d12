/**
 * Host functions that guests call by name: JSON functions and numeric
 * functions.
 */

import type { JsonValue } from "./json_value.ts";
import {
  checkKnown,
  checkObject,
  checkTime,
  checkWhole,
} from "./option_checks.ts";
import { quote } from "../quote.ts";

/** The context of a host function call. */
export interface HostCallContext {
  /** The name that it was called by. */
  readonly name: string;
  /**
   * How many host functions the guest has called so far, including this call.
   */
  readonly number: number;
  /**
   * Aborted when the result is no longer needed: the guest was stopped, the
   * call was aborted, or the function's timeout passed.
   */
  readonly signal: AbortSignal;
}

/**
 * A host function. The arguments come from the guest and may be any JSON; it
 * returns a JSON value or a promise of one, and `undefined` counts as `null`.
 *
 * The guest receives the message of a thrown {@linkcode HostFunctionError}, but
 * not of any other error.
 */
export type HostHandler = (
  args: JsonValue,
  context: HostCallContext,
) => unknown;

/** Options of {@linkcode SandboxConfigBuilder.hostFunction}. */
export interface HostFunctionOptions {
  /** What it does, for guests that list the functions; empty by default. */
  readonly description?: string | undefined;
  /**
   * A JSON Schema object of its arguments, for guests that list the functions;
   * none by default.
   */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /**
   * How often one guest call may call it; only the limit of all functions by
   * default.
   */
  readonly maxCalls?: number | undefined;
  /** Its time limit in milliseconds; only the limit of the call by default. */
  readonly timeout?: number | undefined;
}

/** A function with its options, as in {@linkcode SandboxOptions}. */
export interface HostFunctionGrant extends HostFunctionOptions {
  /** The handler. */
  readonly handler: HostHandler;
}

/** Functions by name, alone or with options. */
export type HostFunctions = Readonly<
  Record<string, HostHandler | HostFunctionGrant>
>;

/** A WebAssembly number type. */
export type NumberType = "i32" | "i64" | "f32" | "f64";

/** A host function that takes and returns numbers. i64 is a bigint. */
export interface NumericFunctionGrant {
  /** The types of its parameters; none by default. */
  readonly params?: readonly NumberType[] | undefined;
  /** The types of its results; none by default. */
  readonly results?: readonly NumberType[] | undefined;
  /**
   * The handler: returns nothing, one number or an array, or a promise of that.
   * If it throws, the guest call ends.
   */
  readonly handler: (...args: (number | bigint)[]) => unknown;
}

/** A validated function. */
export interface HostFunction extends HostFunctionOptions {
  /** The name that guests call. */
  readonly name: string;
  /** The handler. */
  readonly handler: HostHandler;
}

/** A validated numeric function. */
export interface NumericFunction {
  /** The name that guests import. */
  readonly name: string;
  /** The types of its parameters. */
  readonly params: readonly NumberType[];
  /** The types of its results. */
  readonly results: readonly NumberType[];
  /** The handler. */
  readonly handler: NumericFunctionGrant["handler"];
}

const NAME = /^[\w.:/-]{1,128}$/;
const TYPES: readonly string[] = ["i32", "i64", "f32", "f64"];
const MAX_TYPES = 16;

/**
 * Checks a function.
 *
 * @throws {TypeError} when a part of it is invalid.
 * @throws {RangeError} when a limit is out of range.
 */
export function checkHostFunction(
  option: string,
  name: string,
  handler: HostHandler,
  options: HostFunctionOptions,
): HostFunction {
  const what = `${option} ${quote(name)}`;
  checkName(option, name);
  checkHandler(what, handler);
  checkObject(what, options);
  checkKnown(what, options, OPTIONS);
  const { description, parameters, maxCalls, timeout } = options;
  if (description !== undefined && typeof description !== "string") {
    throw wrong(what, `description is text, got ${quote(description)}`);
  }
  if (maxCalls !== undefined) {
    checkWhole(`${what} maxCalls`, maxCalls, 0, Number.MAX_SAFE_INTEGER);
  }
  if (timeout !== undefined) checkTime(`${what} timeout`, timeout);
  return Object.freeze({
    name,
    handler,
    description,
    parameters: parameters && checkParameters(what, parameters),
    maxCalls,
    timeout,
  });
}

const OPTIONS = ["description", "parameters", "maxCalls", "timeout"];

/**
 * Checks functions by name.
 *
 * @throws as {@linkcode checkHostFunction}.
 */
export function checkHostFunctions(
  option: string,
  functions: HostFunctions,
): HostFunction[] {
  checkObject(option, functions);
  return Object.entries(functions).map(([name, given]) => {
    if (typeof given === "function") {
      return checkHostFunction(option, name, given, {});
    }
    checkObject(`${option} ${quote(name)}`, given);
    const { handler, ...options } = given;
    return checkHostFunction(option, name, handler, options);
  });
}

/**
 * Checks a numeric function.
 *
 * @throws {TypeError} when a part of it is invalid.
 */
export function checkNumericFunction(
  name: string,
  grant: NumericFunctionGrant,
): NumericFunction {
  const option = "numericFunction";
  const what = `${option} ${quote(name)}`;
  checkName(option, name);
  checkObject(what, grant);
  checkKnown(what, grant, ["params", "results", "handler"]);
  checkHandler(what, grant.handler);
  return Object.freeze({
    name,
    params: checkTypes(what, grant.params ?? []),
    results: checkTypes(what, grant.results ?? []),
    handler: grant.handler,
  });
}

function checkName(option: string, name: string): void {
  if (typeof name === "string" && NAME.test(name)) return;
  throw wrong(
    option,
    `a name has 1 to 128 letters, digits, "_", "-", ".", ":" or "/", got ${
      quote(name)
    }`,
  );
}

function checkHandler(what: string, handler: unknown): void {
  if (typeof handler === "function") return;
  throw wrong(what, `the handler is a function, got ${quote(handler)}`);
}

function checkTypes(
  what: string,
  types: readonly NumberType[],
): readonly NumberType[] {
  const isList = Array.isArray(types) && types.length <= MAX_TYPES &&
    types.every((type) => TYPES.includes(type));
  if (isList) return Object.freeze([...types]);
  throw wrong(
    what,
    `types are a list of at most ${MAX_TYPES} of ${TYPES.join(", ")}, got ${
      quote(types)
    }`,
  );
}

/** Copies the schema, so that later changes have no effect. */
function checkParameters(
  what: string,
  parameters: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  checkObject(`${what} parameters`, parameters);
  try {
    return Object.freeze(JSON.parse(JSON.stringify(parameters)));
  } catch {
    throw wrong(what, "parameters can't be written as JSON");
  }
}

function wrong(what: string, why: string): TypeError {
  return new TypeError(`Cannot set ${what}: ${why}`);
}
