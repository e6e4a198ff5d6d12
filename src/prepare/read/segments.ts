/** Reads element and data segments, and checks their indices. */

import { readIndex } from "../../wasm/entity.ts";
import { malformed } from "../../wasm/malformed.ts";
import type { Reader } from "../../wasm/reader.ts";
import { readReferenceType } from "../../wasm/value_type.ts";
import type { ParsedModule } from "./parsed_module.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";

/**
 * Bits of an element segment's kind.
 * https://webassembly.github.io/spec/core/binary/modules.html#element-section
 */
const ElementFlag = {
  notActive: 1,
  explicitIndex: 2,
  expressions: 4,
} as const;

/** Checks every index that the element section names. */
export function readElementSegments(reader: Reader, guest: ParsedModule): void {
  const count = reader.count(
    "element segments",
    MODULE_LIMITS.elementSegments,
  );
  let room = MODULE_LIMITS.elements;
  for (let i = 0; i < count; i++) {
    room -= readElementSegment(reader, guest, room);
  }
  guest.elementSegments = count;
}

function readElementSegment(
  reader: Reader,
  guest: ParsedModule,
  room: number,
): number {
  const at = reader.pos;
  const flags = reader.u32("element segment kind");
  if (flags > 7) throw malformed(`unknown element segment kind ${flags}`, at);
  const active = (flags & ElementFlag.notActive) === 0;
  const explicit = (flags & ElementFlag.explicitIndex) !== 0;
  const expressions = (flags & ElementFlag.expressions) !== 0;
  if (active) {
    const table = explicit ? reader.u32("table") : 0;
    if (table >= guest.tables.length) {
      throw malformed(`table ${table} does not exist`, at);
    }
    guest.readConst(reader);
  }
  // Kinds 0 and 4 leave out the element type: it is funcref.
  if (!active || explicit) readElementType(reader, guest, expressions);
  const count = reader.count("elements", room);
  for (let i = 0; i < count; i++) {
    if (expressions) {
      guest.readConst(reader);
    } else {
      readIndex(reader, "function", guest.functions.length);
    }
  }
  return count;
}

function readElementType(
  reader: Reader,
  guest: ParsedModule,
  expressions: boolean,
): void {
  const at = reader.pos;
  if (expressions) readReferenceType(reader, guest.types.length);
  else if (reader.u8("element kind") !== 0) {
    throw malformed("unknown element kind", at);
  }
}

/** Checks every index that the data section names. */
export function readDataSegments(reader: Reader, guest: ParsedModule): void {
  const count = reader.count("data segments", MODULE_LIMITS.dataSegments);
  for (let i = 0; i < count; i++) readDataSegment(reader, guest);
}

function readDataSegment(reader: Reader, guest: ParsedModule): void {
  const at = reader.pos;
  const kind = reader.u32("data segment kind");
  if (kind > 2) throw malformed(`unknown data segment kind ${kind}`, at);
  if (kind !== 1) {
    const memory = kind === 2 ? reader.u32("memory") : 0;
    if (memory >= guest.memories.length) {
      throw malformed(`memory ${memory} does not exist`, at);
    }
    guest.readConst(reader);
  }
  reader.skip(reader.u32("data length"), "data");
}
