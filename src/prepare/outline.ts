/**
 * Outlines a module's imports, exports and memories from its sections, even if
 * a sandbox refuses it. V8 is not involved: it never sees bytes that our reader
 * refused.
 */

import { CompilationFailed } from "../errors.ts";
import { ExternCode, readGlobalType, readTag } from "../wasm/entity.ts";
import { type FuncType, readFuncType } from "../wasm/func_type.ts";
import { type Limits, readAnyLimits } from "../wasm/limits.ts";
import { malformed } from "../wasm/malformed.ts";
import { Reader } from "../wasm/reader.ts";
import { readSections, SectionId } from "../wasm/section.ts";
import { readReferenceType } from "../wasm/value_type.ts";
import { KINDS, signature } from "./describe.ts";
import { MODULE_LIMITS } from "./limits/module_limits.ts";
import type { ExportInfo, ExternKind, ImportInfo } from "./module_info.ts";

/** The outline, as far as it could be read. */
export interface ModuleOutline {
  readonly imports: readonly ImportInfo[];
  readonly exports: readonly ExportInfo[];
  /** Imported ones first. */
  readonly memories: readonly Limits[];
  /** The names of the custom sections, in order. */
  readonly customSections: readonly string[];
  /** Whether it has a start function. */
  readonly hasStart: boolean;
}

/**
 * Reads an outline. A malformed section is cut off at the error, as are entries
 * beyond the module limits.
 *
 * @throws {CompilationFailed} when the bytes have no sections to read.
 */
export function readOutline(bytes: Uint8Array): ModuleOutline {
  const sections = readSections(new Reader(bytes), MODULE_LIMITS.sections);
  const outline = new Outline();
  for (const { id, contents, end } of sections) {
    try {
      READERS[id]?.(new Reader(bytes, contents, end), outline);
    } catch (error) {
      if (!(error instanceof CompilationFailed)) throw error;
    }
  }
  return {
    imports: outline.imports,
    exports: outline.exports,
    memories: outline.memories,
    customSections: sections.filter(({ id }) => id === SectionId.custom)
      .map(({ name }) => name),
    hasStart: sections.some(({ id }) => id === SectionId.start),
  };
}

/** Parameters and results told over all functions: many may share a long type. */
const MOST_SIGNATURE_TYPES = 1_000_000;

/** What was read so far. */
class Outline {
  readonly types: FuncType[] = [];
  readonly imports: ImportInfo[] = [];
  /** The type index of every function. */
  readonly functions: number[] = [];
  readonly memories: Limits[] = [];
  readonly exports: ExportInfo[] = [];
  #told = 0;

  /** A function as an import or export has it; its type may not be known. */
  function(type: number | undefined): Pick<ExportInfo, "kind" | "signature"> {
    const known = type === undefined ? undefined : this.types[type];
    if (!known || this.#told > MOST_SIGNATURE_TYPES) {
      return { kind: "function" };
    }
    this.#told += known.params.length + known.results.length;
    return { kind: "function", signature: signature(known) };
  }
}

type SectionReader = (reader: Reader, outline: Outline) => void;

const READERS: Readonly<Record<number, SectionReader>> = {
  [SectionId.type]: (reader, { types }) =>
    list(reader, MODULE_LIMITS.types, () => {
      types.push(readFuncType(reader, Infinity, MODULE_LIMITS));
    }),
  [SectionId.import]: (reader, outline) =>
    list(reader, MODULE_LIMITS.imports, () => readImport(reader, outline)),
  [SectionId.function]: (reader, { functions }) =>
    list(reader, MODULE_LIMITS.functions, () => {
      functions.push(reader.u32("type"));
    }),
  [SectionId.memory]: (reader, { memories }) =>
    list(reader, MODULE_LIMITS.memories, () => {
      memories.push(readAnyLimits(reader));
    }),
  [SectionId.export]: (reader, outline) =>
    list(reader, MODULE_LIMITS.exports, () => readExport(reader, outline)),
};

/** Reads the first members of a list, at most as many as a module may have. */
function list(reader: Reader, limit: number, read: () => void): void {
  const count = Math.min(reader.u32("count"), limit);
  for (let i = 0; i < count; i++) read();
}

function readImport(reader: Reader, outline: Outline): void {
  const module = reader.name("import module");
  const name = reader.name("import name");
  const code = reader.u8("import kind");
  const what = readImported(reader, code, outline);
  outline.imports.push({ module, name, ...what });
}

function readImported(
  reader: Reader,
  code: number,
  outline: Outline,
): Pick<ImportInfo, "kind" | "signature"> {
  switch (code) {
    case ExternCode.function: {
      const type = reader.u32("type");
      outline.functions.push(type);
      return outline.function(type);
    }
    case ExternCode.table:
      readReferenceType(reader, Infinity);
      readAnyLimits(reader);
      break;
    case ExternCode.memory:
      outline.memories.push(readAnyLimits(reader));
      break;
    case ExternCode.global:
      readGlobalType(reader, Infinity);
      break;
    case ExternCode.tag:
      readTag(reader, Infinity);
  }
  return { kind: kindOf(code, reader) };
}

function readExport(reader: Reader, outline: Outline): void {
  const name = reader.name("export name");
  const code = reader.u8("export kind");
  const index = reader.u32("export");
  const what = code === ExternCode.function
    ? outline.function(outline.functions[index])
    : { kind: kindOf(code, reader) };
  outline.exports.push({ name, ...what });
}

function kindOf(code: number, { pos }: Reader): ExternKind {
  const kind = KINDS[code];
  if (kind === undefined) throw malformed(`unknown kind ${code}`, pos);
  return kind;
}
