/** Reads and writes function types. */

import { malformed, refused } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import { readValueType, type ValueType, writeValueType } from "./value_type.ts";
import type { Writer } from "./writer.ts";

/** A function type. */
export interface FuncType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const FUNC = 0x60;

/** Type definitions that are refused. */
const REFUSED: Readonly<Record<number, string>> = {
  0x5f: "garbage collection (struct type)",
  0x5e: "garbage collection (array type)",
  0x5d: "stack switching (continuation type)",
  0x50: "garbage collection (subtype)",
  0x4f: "garbage collection (subtype)",
  0x4e: "garbage collection (recursive type group)",
  0x4d: "custom descriptors",
  0x4c: "custom descriptors",
  0x65: "shared-everything threads (shared type)",
};

/** Limits on function types. */
export interface FuncTypeLimits {
  readonly types: number;
  readonly params: number;
  readonly results: number;
  /** Total number of parameters and results of all types. */
  readonly typeValues: number;
}

/** Reads the type section; a type may refer to itself and to earlier types. */
export function readTypeSection(
  reader: Reader,
  limits: FuncTypeLimits,
): FuncType[] {
  const count = reader.count("types", limits.types);
  const types: FuncType[] = [];
  let values = 0;
  for (let i = 0; i < count; i++) {
    const at = reader.pos;
    const type = readFuncType(reader, i + 1, limits);
    values += type.params.length + type.results.length;
    if (values > limits.typeValues) {
      throw malformed(
        `its types have ${values} parameters and results, ` +
          `limit is ${limits.typeValues}`,
        at,
      );
    }
    types.push(type);
  }
  return types;
}

/** Reads one type, which may refer to the first `typeCount` types. */
export function readFuncType(
  reader: Reader,
  typeCount: number,
  limits: FuncTypeLimits,
): FuncType {
  const at = reader.pos;
  const form = reader.u8("type");
  if (form !== FUNC) {
    const feature = REFUSED[form];
    throw feature === undefined
      ? malformed(`unknown type form 0x${form.toString(16)}`, at)
      : refused(feature, at);
  }
  return {
    params: readTypes(reader, "parameters", typeCount, limits.params),
    results: readTypes(reader, "results", typeCount, limits.results),
  };
}

function readTypes(
  reader: Reader,
  what: string,
  typeCount: number,
  limit: number,
): ValueType[] {
  const count = reader.count(what, limit);
  const types: ValueType[] = [];
  for (let i = 0; i < count; i++) types.push(readValueType(reader, typeCount));
  return types;
}

export function writeFuncType(writer: Writer, type: FuncType): void {
  writer.byte(FUNC);
  for (const types of [type.params, type.results]) {
    writer.u32(types.length);
    for (const one of types) writeValueType(writer, one);
  }
}
