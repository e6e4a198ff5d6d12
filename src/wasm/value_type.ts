/** Reads and writes value types. */

import { malformed, refused } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/**
 * A value type as one number: its code if it is encoded in one byte;
 * `NonNull | code` for a non-nullable abstract reference;
 * `Concrete + 2 * type index`, plus one if nullable, for a reference to one of
 * the module's types.
 */
export type ValueType = number;

/**
 * Value type codes.
 * https://webassembly.github.io/spec/core/binary/types.html#value-types
 */
export const ValueCode = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  nullexnref: 0x74,
  nullfuncref: 0x73,
  nullexternref: 0x72,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
  ref: 0x64,
  refNull: 0x63,
} as const;

/** Codes that a module may not use, and the feature they belong to. */
const REFUSED: Readonly<Record<number, string>> = {
  0x78: "garbage collection (packed field)",
  0x77: "garbage collection (packed field)",
  0x71: "garbage collection (nullref)",
  0x6e: "garbage collection (anyref)",
  0x6d: "garbage collection (eqref)",
  0x6c: "garbage collection (i31ref)",
  0x6b: "garbage collection (structref)",
  0x6a: "garbage collection (arrayref)",
  0x75: "stack switching (nullcontref)",
  0x68: "stack switching (contref)",
  0x67: "string references",
  0x66: "string references",
  0x65: "shared-everything threads (shared reference)",
  0x62: "custom descriptors (exact reference)",
};

const NON_NULL = 0x80;
const CONCRETE = 0x100;

const NUMBERS: ReadonlySet<number> = new Set([
  ValueCode.i32,
  ValueCode.i64,
  ValueCode.f32,
  ValueCode.f64,
  ValueCode.v128,
]);

const HEAPS: ReadonlySet<number> = new Set([
  ValueCode.funcref,
  ValueCode.externref,
  ValueCode.exnref,
  ValueCode.nullfuncref,
  ValueCode.nullexternref,
  ValueCode.nullexnref,
]);

/** Whether a single byte is a value type, for the hot loop. */
export const SHORT_VALUE_TYPE: Uint8Array = Uint8Array.from(
  { length: 256 },
  (_, code) => NUMBERS.has(code) || HEAPS.has(code) ? 1 : 0,
);

/** The type index of a concrete reference, -1 for any other type. */
export function typeIndexOf(type: ValueType): number {
  return type < CONCRETE ? -1 : (type - CONCRETE) >> 1;
}

/** Whether values of this type can be, or contain, an exception. */
export function isException(type: ValueType): boolean {
  const code = type & 0x7f;
  return type < CONCRETE &&
    (code === ValueCode.exnref || code === ValueCode.nullexnref);
}

export function isReference(type: ValueType): boolean {
  return !NUMBERS.has(type);
}

/** Whether a local of this type has a default value. */
export function isNullable(type: ValueType): boolean {
  return type < CONCRETE ? (type & NON_NULL) === 0 : (type & 1) === 1;
}

/**
 * Reads a value type; a concrete one must refer to one of `typeCount` types.
 */
export function readValueType(reader: Reader, typeCount: number): ValueType {
  const at = reader.pos;
  const code = reader.u8("value type");
  if (SHORT_VALUE_TYPE[code] === 1) return code;
  if (code === ValueCode.ref || code === ValueCode.refNull) {
    const nullable = code === ValueCode.refNull;
    const heap = readHeapType(reader, typeCount);
    if (heap >= 0) return CONCRETE + 2 * heap + (nullable ? 1 : 0);
    return nullable ? heap + NON_NULL : NON_NULL | (heap + NON_NULL);
  }
  throw unknownType(code, at);
}

/** Reads a heap type: a type index, or an abstract one's negative code. */
export function readHeapType(reader: Reader, typeCount: number): number {
  const at = reader.pos;
  const heap = reader.s33("heap type");
  if (heap < 0) {
    const code = heap + 0x80;
    if (HEAPS.has(code)) return heap;
    throw unknownType(code, at);
  }
  if (heap >= typeCount) {
    throw malformed(`type ${heap} does not exist`, at);
  }
  return heap;
}

function unknownType(code: number, at: number): Error {
  const feature = REFUSED[code];
  return feature === undefined
    ? malformed(`unknown type code 0x${code.toString(16)}`, at)
    : refused(feature, at);
}

export function readReferenceType(
  reader: Reader,
  typeCount: number,
): ValueType {
  const at = reader.pos;
  const type = readValueType(reader, typeCount);
  if (!isReference(type)) throw malformed("not a reference type", at);
  return type;
}

export function writeValueType(writer: Writer, type: ValueType): void {
  const index = typeIndexOf(type);
  if (index >= 0) {
    writer.byte(isNullable(type) ? ValueCode.refNull : ValueCode.ref);
    writer.signed(index);
  } else if (type & NON_NULL) {
    writer.byte(ValueCode.ref).byte(type & 0x7f);
  } else {
    writer.byte(type);
  }
}
