/** A guest's module, parsed and checked, before it is changed. */

import { CompilationFailed } from "../../errors.ts";
import { readConstExpr } from "../../wasm/const_expr.ts";
import {
  type Entity,
  ExternCode,
  type GlobalType,
  readEntity,
  readGlobalType,
  readIndex,
  readTableType,
  readTag,
  type TableType,
} from "../../wasm/entity.ts";
import { type FuncType, readTypeSection } from "../../wasm/func_type.ts";
import { type Limits, readLimits } from "../../wasm/limits.ts";
import { malformed, overLimit } from "../../wasm/malformed.ts";
import { Reader } from "../../wasm/reader.ts";
import { readSections, type Section, SectionId } from "../../wasm/section.ts";
import {
  checkExceptionGlobals,
  checkTableElement,
  checkTag,
} from "../limits/exceptions.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";
import { readDataSegments, readElementSegments } from "./segments.ts";

/** An import as the guest wrote it. */
export interface ParsedImport {
  readonly module: string;
  readonly name: string;
  readonly entity: Entity;
}

/** An export as the guest wrote it. */
export interface ParsedExport {
  readonly name: string;
  readonly code: number;
  readonly index: number;
}

/** A table that the guest defines; the initial value is a range of bytes. */
export interface ParsedTable {
  readonly type: TableType;
  readonly init: { readonly start: number; readonly end: number } | undefined;
}

/**
 * Everything about the guest's module except code and data: the index spaces,
 * imports first. All of it is untrusted, and checked while reading.
 */
export class ParsedModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly customSections: readonly Section[];
  types: readonly FuncType[] = [];
  readonly imports: ParsedImport[] = [];
  readonly exports: ParsedExport[] = [];
  /** The type index of every function. */
  readonly functions: number[] = [];
  importedFunctions = 0;
  readonly tables: TableType[] = [];
  readonly definedTables: ParsedTable[] = [];
  readonly memories: Limits[] = [];
  importedMemories = 0;
  readonly globals: GlobalType[] = [];
  /** The type index of every tag. */
  readonly tags: number[] = [];
  start: number | undefined;
  elementSegments = 0;
  dataSegments = 0;
  readonly features: Set<string> = new Set();
  #constOperators = 0;
  #signatureValues = 0;

  constructor(bytes: Uint8Array, sections: readonly Section[]) {
    this.bytes = bytes;
    this.sections = sections;
    this.customSections = sections.filter((one) => one.id === SectionId.custom);
  }

  /** The function type of a function, tag or block. */
  type(index: number): FuncType {
    return this.types[index]!;
  }

  /** The section of this id, if there is one. */
  section(id: number): Section | undefined {
    return this.sections.find((section) => section.id === id);
  }

  /** Steps over a constant expression at this point. */
  readConst(reader: Reader): void {
    const at = reader.pos;
    this.#constOperators += readConstExpr(reader, {
      types: this.types.length,
      functions: this.functions.length,
      globals: this.globals.length,
      features: this.features,
      operators: MODULE_LIMITS.constOperators,
    });
    atMost(
      "operators in constant expressions",
      this.#constOperators,
      MODULE_LIMITS.moduleConstOperators,
      at,
    );
  }

  /** Counts the values of a signature that the host will see. */
  countSignature(type: number, at: number): void {
    const { params, results } = this.type(type);
    this.#signatureValues += params.length + results.length;
    atMost(
      "parameters and results in the signatures of its imports and exports",
      this.#signatureValues,
      MODULE_LIMITS.signatureValues,
      at,
    );
  }
}

function atMost(what: string, value: number, limit: number, at: number): void {
  if (value <= limit) return;
  throw new CompilationFailed(
    `Cannot prepare module: it has ${value} ${what}, limit is ${limit}`,
    at,
  );
}

/** Reads everything but the code. */
export function parseModule(bytes: Uint8Array): ParsedModule {
  if (bytes.length > MODULE_LIMITS.moduleBytes) {
    throw new CompilationFailed(
      `Cannot prepare module: it has ${bytes.length} bytes, ` +
        `limit is ${MODULE_LIMITS.moduleBytes}`,
    );
  }
  const sections = readSections(new Reader(bytes), MODULE_LIMITS.sections);
  const guest = new ParsedModule(bytes, sections);
  for (const section of sections) {
    const read = SECTION_READERS[section.id];
    if (!read) continue;
    const reader = new Reader(bytes, section.contents, section.end);
    read(reader, guest);
    if (!reader.done) {
      throw malformed("a section is longer than its contents", reader.pos);
    }
  }
  return guest;
}

type SectionReader = (reader: Reader, guest: ParsedModule) => void;

const SECTION_READERS: Readonly<Record<number, SectionReader>> = {
  [SectionId.type]: (reader, guest) => {
    guest.types = readTypeSection(reader, MODULE_LIMITS);
  },
  [SectionId.import]: (reader, guest) => {
    const count = reader.count("imports", MODULE_LIMITS.imports);
    for (let i = 0; i < count; i++) readImport(reader, guest);
  },
  [SectionId.function]: (reader, guest) => {
    const count = reader.count("functions", MODULE_LIMITS.functions);
    for (let i = 0; i < count; i++) {
      guest.functions.push(readIndex(reader, "type", guest.types.length));
    }
  },
  [SectionId.table]: (reader, guest) => {
    const count = reader.count("tables", MODULE_LIMITS.tables);
    for (let i = 0; i < count; i++) readTable(reader, guest);
  },
  [SectionId.memory]: (reader, guest) => {
    const count = reader.count("memories", MODULE_LIMITS.memories);
    for (let i = 0; i < count; i++) guest.memories.push(readLimits(reader));
  },
  [SectionId.tag]: (reader, guest) => {
    const count = reader.count("tags", MODULE_LIMITS.tags);
    for (let i = 0; i < count; i++) {
      const at = reader.pos;
      const type = readTag(reader, guest.types.length);
      checkTag(guest.type(type), at);
      guest.tags.push(type);
    }
  },
  [SectionId.global]: (reader, guest) => {
    const count = reader.count("globals", MODULE_LIMITS.globals);
    for (let i = 0; i < count; i++) {
      const type = readGlobalType(reader, guest.types.length);
      guest.readConst(reader);
      guest.globals.push(type);
    }
    checkExceptionGlobals(guest.globals, reader.pos);
  },
  [SectionId.export]: (reader, guest) => {
    const count = reader.count("exports", MODULE_LIMITS.exports);
    for (let i = 0; i < count; i++) {
      guest.exports.push(readExport(reader, guest));
    }
  },
  [SectionId.start]: (reader, guest) => {
    guest.start = readIndex(reader, "function", guest.functions.length);
  },
  [SectionId.element]: readElementSegments,
  [SectionId.dataCount]: (reader, guest) => {
    guest.dataSegments = reader.u32("count of data segments");
    if (guest.dataSegments > MODULE_LIMITS.dataSegments) {
      throw overLimit(
        `${guest.dataSegments} data segments, ` +
          `limit is ${MODULE_LIMITS.dataSegments}`,
        reader.pos,
      );
    }
  },
  [SectionId.data]: readDataSegments,
};

function readImport(reader: Reader, guest: ParsedModule): void {
  const module = reader.name("import module");
  const name = reader.name("import name");
  const at = reader.pos;
  const entity = readEntity(reader, guest.types.length);
  guest.imports.push({ module, name, entity });
  switch (entity.kind) {
    case "function":
      guest.countSignature(entity.type, at);
      guest.functions.push(entity.type);
      guest.importedFunctions++;
      break;
    case "table":
      checkTableElement(entity.table.element, at);
      guest.tables.push(entity.table);
      break;
    case "memory":
      guest.memories.push(entity.limits);
      guest.importedMemories++;
      break;
    case "global":
      guest.globals.push(entity.global);
      break;
    case "tag":
      checkTag(guest.type(entity.type), at);
      guest.tags.push(entity.type);
  }
}

const TABLE_WITH_INIT = 0x40;

function readTable(reader: Reader, guest: ParsedModule): void {
  const at = reader.pos;
  let init: ParsedTable["init"];
  let type: TableType;
  if (reader.peek("table") === TABLE_WITH_INIT) {
    reader.skip(1, "table");
    if (reader.u8("table") !== 0) throw malformed("unknown table form", at);
    type = readTableType(reader, guest.types.length);
    const start = reader.pos;
    guest.readConst(reader);
    init = { start, end: reader.pos };
  } else {
    type = readTableType(reader, guest.types.length);
  }
  checkTableElement(type.element, at);
  guest.tables.push(type);
  guest.definedTables.push({ type, init });
}

function readExport(reader: Reader, guest: ParsedModule): ParsedExport {
  const name = reader.name("export name");
  const at = reader.pos;
  const code = reader.u8("export kind");
  const index = readIndex(reader, "export", spaceSize(guest, code, at));
  if (code === ExternCode.function) {
    guest.countSignature(guest.functions[index]!, at);
  }
  return { name, code, index };
}

function spaceSize(guest: ParsedModule, code: number, at: number): number {
  switch (code) {
    case ExternCode.function:
      return guest.functions.length;
    case ExternCode.table:
      return guest.tables.length;
    case ExternCode.memory:
      return guest.memories.length;
    case ExternCode.global:
      return guest.globals.length;
    case ExternCode.tag:
      return guest.tags.length;
    default:
      throw malformed(`unknown export kind ${code}`, at);
  }
}
