/** Reads the immediates of operators, and checks their indices. */

import { CompilationFailed } from "../../errors.ts";
import { malformed } from "../../wasm/malformed.ts";
import { Reader } from "../../wasm/reader.ts";
import { readValueType, SHORT_VALUE_TYPE } from "../../wasm/value_type.ts";
import { BlockType } from "../limits/compile_work.ts";
import type { ParsedModule } from "./parsed_module.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";

/** The flag of a memory access that names its memory. */
export const MULTI_MEMORY = 0x40;
const EMPTY_BLOCK = 0x40;

/**
 * Reads the immediates of operators, and checks that every index is one of the
 * guest's own: a module that would be valid only through injected items is
 * refused here, whatever V8 says.
 */
export class BodyReader {
  readonly #bytes: Uint8Array;
  readonly #reader: Reader;
  readonly #guest: ParsedModule;
  readonly types: number;
  readonly functions: number;
  readonly tables: number;
  readonly memories: number;
  readonly globals: number;
  readonly tags: number;
  /** The index of the function that is being read. */
  function = 0;
  pos = 0;

  constructor(guest: ParsedModule) {
    this.#bytes = guest.bytes;
    this.#reader = new Reader(guest.bytes);
    this.#guest = guest;
    this.types = guest.types.length;
    this.functions = guest.functions.length;
    this.tables = guest.tables.length;
    this.memories = guest.memories.length;
    this.globals = guest.globals.length;
    this.tags = guest.tags.length;
  }

  u32(): number {
    const byte = this.#bytes[this.pos]!;
    if (byte < 0x80) {
      this.pos++;
      return byte;
    }
    const value = this.#at().u32("number");
    this.pos = this.#reader.pos;
    return value;
  }

  /** The number that comes next, which is not read yet. */
  peekU32(): number {
    const { pos } = this;
    const value = this.u32();
    this.pos = pos;
    return value;
  }

  /** A number whose first byte, already read, said that more follow. */
  longU32(pos: number): number {
    this.pos = pos;
    return this.u32();
  }

  index(what: string, count: number, at: number): number {
    const index = this.u32();
    if (index >= count) this.missing(what, index, count, at);
    return index;
  }

  memory(at: number): number {
    return this.index("memory", this.memories, at);
  }

  table(at: number): number {
    return this.index("table", this.tables, at);
  }

  dataSegment(at: number): number {
    return this.index("data segment", this.#guest.dataSegments, at);
  }

  elementSegment(at: number): number {
    return this.index("element segment", this.#guest.elementSegments, at);
  }

  /** The alignment, memory and offset of a load or store. */
  memArg(at: number): void {
    const flags = this.u32();
    if (flags >= 2 * MULTI_MEMORY) {
      throw malformed(`unknown memory access flags ${flags}`, at);
    }
    if (flags >= MULTI_MEMORY) this.memory(at);
    else if (this.memories === 0) this.missing("memory", 0, 0, at);
    while (this.#bytes[this.pos++]! >= 0x80) { /* the offset */ }
  }

  /** A block's type: a type index, or one of {@linkcode BlockType}. */
  blockType(at: number): number {
    const byte = this.#bytes[this.pos]!;
    if (byte === EMPTY_BLOCK) {
      this.pos++;
      return BlockType.empty;
    }
    if (SHORT_VALUE_TYPE[byte] === 1) {
      this.pos++;
      return BlockType.oneResult;
    }
    // A type index is a non-negative number of 33 bits, all else is negative.
    if (this.#at().s33("block type") >= 0) {
      return this.index("type", this.types, at);
    }
    this.read((reader) => readValueType(reader, this.types));
    return BlockType.oneResult;
  }

  /** Reads with the general cursor. */
  read<T>(read: (reader: Reader) => T): T {
    const value = read(this.#at());
    this.pos = this.#reader.pos;
    return value;
  }

  /**
   * Steps over the declarations of variables; answers how many variables and
   * parameters there are, and how many groups of declarations.
   */
  locals(start: number, end: number): { count: number; groups: number } {
    const reader = new Reader(this.#bytes, start, end);
    const { function: index } = this;
    const guest = this.#guest;
    let count = guest.type(guest.functions[index]!).params.length;
    const groups = reader.u32("count of local groups");
    for (let i = 0; i < groups; i++) {
      const at = reader.pos;
      count += reader.u32("count of locals");
      if (count > MODULE_LIMITS.locals) {
        this.tooMany("locals", count, MODULE_LIMITS.locals, at);
      }
      readValueType(reader, this.types);
    }
    this.pos = reader.pos;
    return { count, groups };
  }

  missing(what: string, index: number, count: number, at: number): never {
    throw malformed(
      `function ${this.function} names ${what} ${index}, there are ${count}`,
      at,
    );
  }

  tooMany(what: string, value: number, limit: number, at: number): never {
    throw new CompilationFailed(
      `Cannot prepare module: function ${this.function} has ${value} ` +
        `${what}, limit is ${limit}`,
      at,
    );
  }

  #at(): Reader {
    this.#reader.pos = this.pos;
    return this.#reader;
  }
}
