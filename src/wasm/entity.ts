/** The kinds of imports and exports, and their types. */

import { malformed } from "./malformed.ts";
import { type Limits, readLimits, writeLimits } from "./limits.ts";
import type { Reader } from "./reader.ts";
import {
  readReferenceType,
  readValueType,
  type ValueType,
  writeValueType,
} from "./value_type.ts";
import type { Writer } from "./writer.ts";

/**
 * The kind of an import or export.
 * https://webassembly.github.io/spec/core/binary/modules.html#import-section
 */
export const ExternCode = {
  function: 0,
  table: 1,
  memory: 2,
  global: 3,
  tag: 4,
} as const;

export interface TableType {
  readonly element: ValueType;
  readonly limits: Limits;
}

export interface GlobalType {
  readonly value: ValueType;
  readonly mutable: boolean;
}

/** The type of an import or of an entry of an index space. */
export type Entity =
  | { readonly kind: "function"; readonly type: number }
  | { readonly kind: "table"; readonly table: TableType }
  | { readonly kind: "memory"; readonly limits: Limits }
  | { readonly kind: "global"; readonly global: GlobalType }
  | { readonly kind: "tag"; readonly type: number };

/** Reads an index below `count`. */
export function readIndex(reader: Reader, what: string, count: number): number {
  const at = reader.pos;
  const index = reader.u32(what);
  if (index >= count) {
    throw malformed(`${what} ${index} does not exist, there are ${count}`, at);
  }
  return index;
}

export function readTableType(reader: Reader, typeCount: number): TableType {
  const element = readReferenceType(reader, typeCount);
  return { element, limits: readLimits(reader) };
}

export function writeTableType(writer: Writer, table: TableType): void {
  writeValueType(writer, table.element);
  writeLimits(writer, table.limits);
}

export function writeGlobalType(writer: Writer, global: GlobalType): void {
  writeValueType(writer, global.value);
  writer.byte(global.mutable ? 1 : 0);
}

export function readGlobalType(reader: Reader, typeCount: number): GlobalType {
  const value = readValueType(reader, typeCount);
  const at = reader.pos;
  const mutability = reader.u8("mutability");
  if (mutability > 1) throw malformed("unknown mutability", at);
  return { value, mutable: mutability === 1 };
}

export function readTag(reader: Reader, typeCount: number): number {
  const at = reader.pos;
  if (reader.u8("tag attribute") !== 0) {
    throw malformed("unknown tag attribute", at);
  }
  return readIndex(reader, "type", typeCount);
}

/** Reads what follows the two names of an import. */
export function readEntity(reader: Reader, typeCount: number): Entity {
  const at = reader.pos;
  const code = reader.u8("import kind");
  switch (code) {
    case ExternCode.function:
      return { kind: "function", type: readIndex(reader, "type", typeCount) };
    case ExternCode.table:
      return { kind: "table", table: readTableType(reader, typeCount) };
    case ExternCode.memory:
      return { kind: "memory", limits: readLimits(reader) };
    case ExternCode.global:
      return { kind: "global", global: readGlobalType(reader, typeCount) };
    case ExternCode.tag:
      return { kind: "tag", type: readTag(reader, typeCount) };
    default:
      throw malformed(`unknown import kind ${code}`, at);
  }
}

/** Writes what follows the two names of an import. */
export function writeEntity(writer: Writer, entity: Entity): void {
  writer.byte(ExternCode[entity.kind]);
  switch (entity.kind) {
    case "function":
      writer.u32(entity.type);
      break;
    case "table":
      writeTableType(writer, entity.table);
      break;
    case "memory":
      writeLimits(writer, entity.limits);
      break;
    case "global":
      writeGlobalType(writer, entity.global);
      break;
    case "tag":
      writer.byte(0).u32(entity.type);
  }
}
