/** Writes a prepared module, section by section. */

import {
  ExternCode,
  writeEntity,
  writeGlobalType,
  writeTableType,
} from "../../wasm/entity.ts";
import { writeFuncType } from "../../wasm/func_type.ts";
import { writeLimits, writeSharedLimits } from "../../wasm/limits.ts";
import { Reader } from "../../wasm/reader.ts";
import { type Section, SECTION_ORDER, SectionId } from "../../wasm/section.ts";
import { ValueCode } from "../../wasm/value_type.ts";
import { Writer } from "../../wasm/writer.ts";
import { NAME_SECTION, namesOfFunctions } from "./name_section.ts";
import { survives } from "../read/custom_sections.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import type { RewrittenCode } from "./code_section.ts";
import type { InjectedFunction } from "../rewrite/injected.ts";
import type { StateExport } from "../state_exports.ts";
import { roomAroundCode } from "./room_around_code.ts";
import { capMemory, capTable } from "../limits/memory_plan.ts";
import {
  type InjectedNames,
  memoryName,
  STOP_PAGE_NAME,
} from "../read/unique_names.ts";

/** What is put into the guest's module. */
export interface Injection {
  readonly names: InjectedNames;
  readonly functions: readonly InjectedFunction[];
  /** The code section, rewritten. */
  readonly code: RewrittenCode;
  readonly limitBytes: number;
  readonly fuel: boolean;
  /** The injected function that sums what is used, to be exported. */
  readonly usedFunction: number | undefined;
  /** Exports that let the state of an instance be taken. */
  readonly state: readonly StateExport[];
}

/**
 * Writes the module: every section the guest had, in order, with what is
 * injected at the end of each index space, so that no guest index moves. The
 * bodies stay where they are: the rest is written around them.
 */
export function encodeModule(
  guest: ParsedModule,
  injection: Injection,
): Writer {
  const { bodies, count } = injection.code;
  const head = new Writer(roomAroundCode(guest).before);
  head.copy(guest.bytes, 0, 8);
  copyCustom(head, guest, -1);
  writeSections(head, guest, injection, 0, CODE_RANK);
  if (count > 0) {
    const counted = new Writer(5).u32(count);
    head.byte(SectionId.code).u32(counted.length + bodies.length);
    head.append(counted);
  }
  bodies.prepend(head);
  copyCustom(bodies, guest, CODE_RANK);
  writeSections(bodies, guest, injection, CODE_RANK + 1, SECTION_ORDER.length);
  return bodies;
}

const CODE_RANK: number = SECTION_ORDER.indexOf(SectionId.code);

function writeSections(
  writer: Writer,
  guest: ParsedModule,
  injection: Injection,
  from: number,
  to: number,
): void {
  for (let rank = from; rank < to; rank++) {
    const id = SECTION_ORDER[rank]!;
    const section = guest.section(id);
    const encoder = ENCODERS[id];
    if (encoder) encoder(writer, guest, injection, section);
    else if (section) copySection(writer, guest, section);
    copyCustom(writer, guest, rank);
  }
}

type Encoder = (
  writer: Writer,
  guest: ParsedModule,
  injection: Injection,
  section: Section | undefined,
) => void;

const ENCODERS: Readonly<Record<number, Encoder>> = {
  [SectionId.type]: (writer, guest, { functions }, section) => {
    extend(writer, guest, SectionId.type, section, functions.length, (body) => {
      for (const one of functions) writeFuncType(body, one.type);
    });
  },
  [SectionId.import]: (writer, guest, injection) => {
    writer.section(SectionId.import, encodeImports(guest, injection));
  },
  [SectionId.function]: (writer, guest, { functions }, section) => {
    const { function: id } = SectionId;
    extend(writer, guest, id, section, functions.length, (body) => {
      functions.forEach((_, i) => body.u32(guest.types.length + i));
    });
  },
  [SectionId.table]: (writer, guest, { limitBytes }, section) => {
    if (section) {
      writer.section(SectionId.table, encodeTables(guest, limitBytes));
    }
  },
  // Every memory is an import, the start function an export.
  [SectionId.memory]: () => {},
  [SectionId.start]: () => {},
  [SectionId.global]: (writer, guest, { fuel }, section) => {
    extend(writer, guest, SectionId.global, section, fuel ? 1 : 0, (body) => {
      if (!fuel) return;
      writeGlobalType(body, { value: ValueCode.i64, mutable: true });
      body.bytes([0x42, 0, 0x0b]); // i64.const 0 end
    });
  },
  [SectionId.export]: (writer, guest, injection, section) => {
    const added = injectedExports(guest, injection);
    extend(writer, guest, SectionId.export, section, added.length, (body) => {
      for (const { name, code, index } of added) {
        body.name(name).byte(code).u32(index);
      }
    });
  },
};

function injectedExports(
  guest: ParsedModule,
  { names, fuel, state, usedFunction }: Injection,
): readonly StateExport[] {
  const added = [...state];
  if (guest.start !== undefined) {
    const { function: code } = ExternCode;
    added.push({ name: names.startExport, code, index: guest.start });
  }
  if (fuel) {
    const { global: code } = ExternCode;
    added.push({ name: names.fuelExport, code, index: guest.globals.length });
  }
  if (usedFunction !== undefined) {
    const { function: code } = ExternCode;
    added.push({ name: names.usedExport, code, index: usedFunction });
  }
  return added;
}

/** A section that is a list, with `added` more members at its end. */
function extend(
  writer: Writer,
  guest: ParsedModule,
  id: number,
  section: Section | undefined,
  added: number,
  write: (body: Writer) => void,
): void {
  if (added === 0) {
    if (section) copySection(writer, guest, section);
    return;
  }
  const body = new Writer();
  if (section) {
    const reader = new Reader(guest.bytes, section.contents, section.end);
    body.u32(reader.u32("count") + added);
    body.copy(guest.bytes, reader.pos, section.end);
  } else {
    body.u32(added);
  }
  write(body);
  writer.section(id, body);
}

function copySection(
  writer: Writer,
  guest: ParsedModule,
  section: Section,
): void {
  writer.byte(section.id).u32(section.end - section.contents);
  writer.copy(guest.bytes, section.contents, section.end);
}

/** The custom sections that stood after the known section of this rank. */
function copyCustom(writer: Writer, guest: ParsedModule, rank: number): void {
  for (const section of guest.customSections) {
    if (section.rank !== rank || !survives(section.name)) continue;
    const name = new Writer().name(section.name);
    if (section.name === NAME_SECTION) {
      const names = namesOfFunctions(guest, section);
      const size = name.length + names.length;
      writer.byte(SectionId.custom).u32(size).append(name);
      names.write(writer);
      continue;
    }
    const size = name.length + section.end - section.contents;
    writer.byte(SectionId.custom).u32(size).append(name);
    writer.copy(guest.bytes, section.contents, section.end);
  }
}

function encodeImports(guest: ParsedModule, injection: Injection): Writer {
  const { names, limitBytes } = injection;
  const body = new Writer();
  const defined = guest.memories.length - guest.importedMemories;
  body.u32(guest.imports.length + defined + 1);
  let memories = 0;
  for (const { module, name, entity } of guest.imports) {
    if (entity.kind === "memory") {
      // It is made for the guest, whose name for it may be that of another.
      const limits = capMemory(entity.limits, limitBytes);
      body.name(names.module).name(memoryName(memories++));
      writeEntity(body, { kind: "memory", limits });
      continue;
    }
    body.name(module).name(name);
    if (entity.kind === "table") {
      const table = capTable(entity.table, limitBytes);
      writeEntity(body, { kind: "table", table });
    } else writeEntity(body, entity);
  }
  for (let i = guest.importedMemories; i < guest.memories.length; i++) {
    body.name(names.module).name(memoryName(i)).byte(ExternCode.memory);
    writeLimits(body, capMemory(guest.memories[i]!, limitBytes));
  }
  body.name(names.module).name(STOP_PAGE_NAME).byte(ExternCode.memory);
  writeSharedLimits(body, 1, 1);
  return body;
}

const TABLE_WITH_INIT = [0x40, 0x00];

function encodeTables(guest: ParsedModule, limitBytes: number): Writer {
  const body = new Writer();
  body.u32(guest.definedTables.length);
  for (const { type, init } of guest.definedTables) {
    if (init) body.bytes(TABLE_WITH_INIT);
    writeTableType(body, capTable(type, limitBytes));
    if (init) body.copy(guest.bytes, init.start, init.end);
  }
  return body;
}
