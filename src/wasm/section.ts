/** Reads the sections of a module, and checks their order. */

import { CompilationFailed } from "../errors.ts";
import { malformed, overLimit } from "./malformed.ts";
import type { Reader } from "./reader.ts";

/**
 * Section ids.
 * https://webassembly.github.io/spec/core/binary/modules.html#sections
 */
export const SectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The required order of sections; custom sections may be anywhere. */
export const SECTION_ORDER: readonly number[] = [
  SectionId.type,
  SectionId.import,
  SectionId.function,
  SectionId.table,
  SectionId.memory,
  SectionId.tag,
  SectionId.global,
  SectionId.export,
  SectionId.start,
  SectionId.element,
  SectionId.dataCount,
  SectionId.code,
  SectionId.data,
];

/** One section: its contents are from `contents` to `end`. */
export interface Section {
  readonly id: number;
  readonly contents: number;
  readonly end: number;
  /** The name of a custom section, `""` for others. */
  readonly name: string;
  /**
   * The rank of the last non-custom section up to here; -1 before the first.
   */
  readonly rank: number;
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const COMPONENT_LAYER = [0x0d, 0x00, 0x01, 0x00];

/** Reads the eight bytes that every module starts with. */
export function readHeader(reader: Reader): void {
  const { bytes } = reader;
  for (let i = 0; i < 4; i++) {
    if (bytes[i] !== MAGIC_AND_VERSION[i]) {
      throw malformed("the bytes do not start with \\0asm", 0);
    }
  }
  if (COMPONENT_LAYER.every((byte, i) => bytes[4 + i] === byte)) {
    throw new CompilationFailed(
      "Cannot read module: this is a component, not a core module; " +
        "build it for WASI preview 1, such as wasm32-wasip1",
      4,
    );
  }
  for (let i = 4; i < 8; i++) {
    if (bytes[i] !== MAGIC_AND_VERSION[i]) {
      throw malformed("the binary format's version is not 1", 4);
    }
  }
  reader.pos = 8;
}

/** Lists the sections, in order; each known one may occur at most once. */
export function readSections(reader: Reader, limit: number): Section[] {
  readHeader(reader);
  const sections: Section[] = [];
  let rank = -1;
  while (!reader.done) {
    const at = reader.pos;
    if (sections.length === limit) {
      throw overLimit(`more than ${limit} sections`, at);
    }
    const id = reader.u8("section id");
    const body = reader.slice(reader.u32("section size"), "section");
    if (id !== SectionId.custom) rank = nextRank(id, rank, at);
    const name = id === SectionId.custom ? body.name("section name") : "";
    sections.push({ id, contents: body.pos, end: body.end, name, rank });
  }
  return sections;
}

function nextRank(id: number, rank: number, at: number): number {
  const next = SECTION_ORDER.indexOf(id);
  if (next < 0) throw malformed(`unknown section ${id}`, at);
  if (next <= rank) throw malformed(`section ${id} is out of order`, at);
  return next;
}
