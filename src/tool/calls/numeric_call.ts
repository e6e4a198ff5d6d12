/** The numeric call: an exported function, numbers in and numbers out. */

import { Op } from "../../channel/layout.ts";
import type { NumberKind } from "../../contract/instance_plan.ts";
import { ExecutionFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import type { Signature, ValueKind } from "../../prepare/module_info.ts";
import type { CallKind } from "./call_kind.ts";

/** Numbers in JavaScript: i64 as bigint, all other types as number. */
export type Numbers = readonly (number | bigint)[];

/** An exported function and its arguments. */
export interface NumericInput {
  readonly name: string;
  readonly signature: Signature;
  /** Arguments, concatenated and little-endian. */
  readonly bytes: Uint8Array;
}

/** Calls an exported function; bytes in, bytes out. */
export const NUMERIC_CALL: CallKind<NumericInput, Uint8Array> = {
  op: Op.Numeric,
  takesStdin: false,
  target: ({ name, signature }) => ({
    exportName: name,
    params: signature.params.filter(isNumber),
    results: signature.results.filter(isNumber),
  }),
  encode: ({ bytes }) => bytes,
  decode: (bytes) => bytes,
};

function isNumber(kind: ValueKind): kind is NumberKind {
  return kind !== "other";
}

const BYTES: Readonly<Record<NumberKind, number>> = {
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

/**
 * Checks that a function takes and returns only numbers, and encodes its
 * arguments.
 *
 * @param given Numbers, or little-endian bytes for parameters that are all i32.
 * @throws {ExecutionFailed} when the function is of another type.
 * @throws {TypeError} when an argument is not a number of its type.
 */
export function numericInput(
  name: string,
  signature: Signature,
  given: Uint8Array | Numbers,
): NumericInput {
  checkNumeric(name, signature);
  const bytes = given instanceof Uint8Array
    ? checkBytes(name, signature, given)
    : encodeNumbers(name, signature.params, given);
  return { name, signature, bytes };
}

/**
 * Decodes results.
 *
 * @throws {ExecutionFailed} when the number of bytes does not match the
 * results.
 */
export function decodeNumbers(
  bytes: Uint8Array,
  { results }: Signature,
): (number | bigint)[] {
  if (bytes.length !== sizeOf(results)) {
    throw new ExecutionFailed(
      `Worker answered with ${bytes.length} bytes, expected ${sizeOf(results)}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  return results.map((kind) => {
    const value = read(view, at, kind);
    at += widthOf(kind);
    return value;
  });
}

function checkNumeric(name: string, { params, results }: Signature): void {
  const shown = quote(name);
  if (params.includes("other")) {
    throw new ExecutionFailed(
      `Cannot call ${shown} with numbers: it takes a reference or a vector`,
    );
  }
  if (results.includes("other")) {
    throw new ExecutionFailed(
      `Cannot call ${shown} with numbers: it returns a reference or a vector`,
    );
  }
}

function checkBytes(
  name: string,
  { params }: Signature,
  bytes: Uint8Array,
): Uint8Array {
  const shown = quote(name);
  const other = params.find((kind) => kind !== "i32");
  if (other !== undefined) {
    throw new ExecutionFailed(
      `Cannot call ${shown} with bytes: it takes a parameter of type ${other}, only i32 can be passed so; pass a list of numbers`,
    );
  }
  if (bytes.length !== sizeOf(params)) {
    throw new ExecutionFailed(
      `Cannot call ${shown}: it takes ${params.length} arguments of 4 bytes, got ${bytes.length} bytes`,
    );
  }
  return bytes;
}

function encodeNumbers(
  name: string,
  params: Signature["params"],
  numbers: Numbers,
): Uint8Array {
  const shown = quote(name);
  if (!Array.isArray(numbers)) {
    throw new TypeError(
      `Cannot call ${shown}: arguments are a list of numbers or bytes`,
    );
  }
  if (numbers.length !== params.length) {
    throw new ExecutionFailed(
      `Cannot call ${shown}: it takes ${params.length} arguments, got ${numbers.length}`,
    );
  }
  const view = new DataView(new ArrayBuffer(sizeOf(params)));
  let at = 0;
  params.forEach((kind, index) => {
    const value = numbers[index];
    if (!write(view, at, kind, value)) {
      throw new TypeError(
        `Cannot call ${shown}: argument ${index + 1} must be ${
          WANTED[kind]
        }, got ${typeof value} ${quote(String(value))}`,
      );
    }
    at += widthOf(kind);
  });
  return new Uint8Array(view.buffer);
}

const WANTED: Readonly<Record<ValueKind, string>> = {
  i32: "a whole number from -2^31 to 2^32-1",
  i64: "a bigint or a whole number from -2^63 to 2^64-1",
  f32: "a number",
  f64: "a number",
  other: "a number",
};

/** Writes the value; false if it is not of its type. */
function write(
  view: DataView,
  at: number,
  kind: ValueKind,
  value: unknown,
): boolean {
  if (kind === "i64") return writeI64(view, at, value);
  if (typeof value !== "number") return false;
  switch (kind) {
    case "i32":
      if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
        return false;
      }
      view.setInt32(at, value | 0, true);
      return true;
    case "f32":
      view.setFloat32(at, value, true);
      return true;
    default:
      view.setFloat64(at, value, true);
      return true;
  }
}

function writeI64(view: DataView, at: number, value: unknown): boolean {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!isWhole) return false;
  const wide = BigInt(value as number | bigint);
  if (wide < -(2n ** 63n) || wide >= 2n ** 64n) return false;
  view.setBigInt64(at, BigInt.asIntN(64, wide), true);
  return true;
}

function read(view: DataView, at: number, kind: ValueKind): number | bigint {
  switch (kind) {
    case "i32":
      return view.getInt32(at, true);
    case "i64":
      return view.getBigInt64(at, true);
    case "f32":
      return view.getFloat32(at, true);
    default:
      return view.getFloat64(at, true);
  }
}

function widthOf(kind: ValueKind): number {
  return isNumber(kind) ? BYTES[kind] : 0;
}

function sizeOf(kinds: readonly ValueKind[]): number {
  return kinds.reduce((sum, kind) => sum + widthOf(kind), 0);
}
