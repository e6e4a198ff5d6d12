/** Resolves a guest's question to a host function, of either form. */

import {
  HostOp,
  type HostQuestion,
  MAX_HOST_NAME_BYTES,
} from "../../channel/host_layout.ts";
import { decodeNumbers, encodeNumbers } from "../../channel/numbers.ts";
import type {
  HostCallContext,
  HostFunction,
  NumberType,
  NumericFunction,
} from "../../config/host_function.ts";
import { quote } from "../../quote.ts";
import { parseHostArguments } from "./host_arguments.ts";

const ENCODER = new TextEncoder();

/** The functions that can be called. */
export interface Callables {
  readonly functions: ReadonlyMap<string, HostFunction>;
  readonly numericFunctions: readonly NumericFunction[];
}

/** A requested function, bound to its arguments. */
export interface CallableFunction {
  readonly name: string;
  readonly maxCalls?: number | undefined;
  readonly timeout?: number | undefined;
  /** @throws {UnusableArguments} (or rejects) for invalid arguments. */
  run(context: HostCallContext): unknown;
  /**
   * @param room A larger answer is refused, so it need not be encoded.
   * @throws when the answer can't be serialized.
   */
  encode(value: unknown, room: number): Uint8Array;
}

/** The requested function, or why it can't be called. */
export function callable(
  { op, name, payload }: HostQuestion,
  { functions, numericFunctions }: Callables,
): CallableFunction | string {
  const found = op === HostOp.Call
    ? functions.get(name)
    : numericFunctions.find((one) => one.name === name);
  if (!found) {
    const shown = quote(name.slice(0, MAX_HOST_NAME_BYTES));
    return `There is no host function ${shown}`;
  }
  return "params" in found ? numeric(found, payload) : json(found, payload);
}

function json(found: HostFunction, payload: Uint8Array): CallableFunction {
  const { name, handler, maxCalls, timeout } = found;
  return {
    name,
    maxCalls,
    timeout,
    run(context) {
      const args = parseHostArguments(payload);
      return args instanceof Promise
        ? args.then((parsed) => handler(parsed, context))
        : handler(args, context);
    },
    encode: encodeAnswer,
  };
}

/** @throws {TypeError} for a cycle, a bigint and the like. */
function encodeAnswer(value: unknown, room: number): Uint8Array {
  const text = JSON.stringify(value) ?? "null";
  // Each character takes at least one byte, so what is sure to be refused is
  // not encoded.
  if (text.length > room) return new Uint8Array(room + 1);
  return ENCODER.encode(text);
}

function numeric(
  { name, params, results, handler }: NumericFunction,
  payload: Uint8Array,
): CallableFunction {
  return {
    name,
    run: () => handler(...decodeNumbers(params, payload)),
    encode(value) {
      const list = Array.isArray(value)
        ? value
        : value === undefined
        ? []
        : [value];
      const isOfTypes = list.length === results.length &&
        list.every((number, index) => isOf(results[index]!, number));
      if (isOfTypes) return encodeNumbers(results, list);
      throw new TypeError(
        `Host function ${name} answered ${
          quote(list.map(String).join(", "))
        }, expected (${results.join(", ")})`,
      );
    },
  };
}

function isOf(type: NumberType, value: unknown): boolean {
  switch (type) {
    case "i64":
      return typeof value === "bigint" || Number.isSafeInteger(value);
    case "i32":
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 32;
    default:
      return typeof value === "number";
  }
}

/** The list of JSON functions, as guests see it. */
export function encodeList(functions: Iterable<HostFunction>): Uint8Array {
  return ENCODER.encode(JSON.stringify(
    [...functions].map(({ name, description, parameters }) => ({
      name,
      description,
      parameters,
    })),
  ));
}
