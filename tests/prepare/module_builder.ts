import { assemble } from "../../src/wasm/assembler.ts";
import { ExternCode } from "../../src/wasm/entity.ts";
import { type FuncType, writeFuncType } from "../../src/wasm/func_type.ts";
import { SECTION_ORDER, SectionId } from "../../src/wasm/section.ts";
import { ValueCode } from "../../src/wasm/value_type.ts";
import { Writer } from "../../src/wasm/writer.ts";

/** Names of value types, as in the text format. */
export type ValueName = keyof typeof ValueCode;

/**
 * Builds small modules for tests, without checking anything: hostile ones are
 * as easy to say as valid ones.
 */
export class ModuleBuilder {
  readonly #lists = new Map<number, { count: number; body: Writer }>();
  readonly #custom: { name: string; contents: Uint8Array }[] = [];
  #start: number | undefined;

  /** Adds a function type; answers its index. */
  type(params: ValueName[], results: ValueName[] = []): number {
    const codes = (names: ValueName[]) => names.map((name) => ValueCode[name]);
    const type: FuncType = { params: codes(params), results: codes(results) };
    return this.#add(SectionId.type, (body) => writeFuncType(body, type));
  }

  importFunction(module: string, name: string, type: number): this {
    this.#add(SectionId.import, (body) => {
      body.name(module).name(name).byte(ExternCode.function).u32(type);
    });
    return this;
  }

  importMemory(module: string, name: string, limits: number[]): this {
    this.#add(SectionId.import, (body) => {
      body.name(module).name(name).byte(ExternCode.memory).bytes(limits);
    });
    return this;
  }

  /** Adds a function; its code in the assembler's text, `end` left out. */
  func(type: number, code: string, locals: ValueName[] = []): this {
    this.#add(SectionId.function, (body) => body.u32(type));
    this.#add(SectionId.code, (section) => {
      const body = new Writer().u32(locals.length);
      for (const local of locals) body.u32(1).byte(ValueCode[local]);
      body.bytes(assemble(code)).byte(0x0b);
      section.u32(body.length).append(body);
    });
    return this;
  }

  /** Adds a function whose whole entry of the code section is given. */
  rawFunc(type: number, entry: ArrayLike<number>): this {
    this.#add(SectionId.function, (body) => body.u32(type));
    this.#add(SectionId.code, (body) => {
      body.u32(entry.length).bytes(entry);
    });
    return this;
  }

  /** Adds a memory; 64-bit addresses when `index64`. */
  memory(minimum: number, maximum?: number, index64 = false): this {
    this.#add(SectionId.memory, (body) => {
      body.byte((maximum === undefined ? 0 : 1) | (index64 ? 4 : 0));
      body.u32(minimum);
      if (maximum !== undefined) body.u32(maximum);
    });
    return this;
  }

  table(
    element: ValueName,
    minimum: number,
    maximum?: number,
    index64 = false,
  ): this {
    this.#add(SectionId.table, (body) => {
      body.byte(ValueCode[element]);
      body.byte((maximum === undefined ? 0 : 1) | (index64 ? 4 : 0));
      body.u32(minimum);
      if (maximum !== undefined) body.u32(maximum);
    });
    return this;
  }

  /** Adds a mutable global; its initial value in the assembler's text. */
  global(type: ValueName, init: string): this {
    this.#add(SectionId.global, (body) => {
      body.byte(ValueCode[type]).byte(1).bytes(assemble(init)).byte(0x0b);
    });
    return this;
  }

  tag(type: number): this {
    this.#add(SectionId.tag, (body) => body.byte(0).u32(type));
    return this;
  }

  export(name: string, kind: keyof typeof ExternCode, index: number): this {
    this.#add(SectionId.export, (body) => {
      body.name(name).byte(ExternCode[kind]).u32(index);
    });
    return this;
  }

  start(index: number): this {
    this.#start = index;
    return this;
  }

  /** Adds a passive element segment of functions. */
  elements(functions: number[]): this {
    this.#add(SectionId.element, (body) => {
      body.u32(1).byte(0).u32(functions.length);
      for (const one of functions) body.u32(one);
    });
    return this;
  }

  /** Adds an active element segment of functions in table 0. */
  activeElements(offset: number, functions: number[]): this {
    this.#add(SectionId.element, (body) => {
      body.u32(0).bytes(assemble(`i32.const ${offset}`)).byte(0x0b);
      body.u32(functions.length);
      for (const one of functions) body.u32(one);
    });
    return this;
  }

  /** Adds a passive data segment. */
  data(bytes: ArrayLike<number>): this {
    this.#add(SectionId.data, (body) => {
      body.u32(1).u32(bytes.length).bytes(bytes);
    });
    return this;
  }

  /** Adds an entry of any section that is a list. */
  raw(id: number, entry: ArrayLike<number>): this {
    this.#add(id, (body) => body.bytes(entry));
    return this;
  }

  custom(name: string, contents: ArrayLike<number>): this {
    this.#custom.push({ name, contents: Uint8Array.from(contents) });
    return this;
  }

  build(): Uint8Array<ArrayBuffer> {
    const writer = new Writer();
    writer.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    for (const id of SECTION_ORDER) this.#writeSection(writer, id);
    for (const { name, contents } of this.#custom) {
      writer.section(SectionId.custom, new Writer().name(name).bytes(contents));
    }
    return writer.finish();
  }

  #writeSection(writer: Writer, id: number): void {
    if (id === SectionId.start) {
      if (this.#start === undefined) return;
      writer.section(id, new Writer().u32(this.#start));
    } else if (id === SectionId.dataCount) {
      const data = this.#lists.get(SectionId.data);
      if (data) writer.section(id, new Writer().u32(data.count));
    } else {
      const list = this.#lists.get(id);
      if (!list) return;
      writer.section(id, new Writer().u32(list.count).append(list.body));
    }
  }

  #add(id: number, write: (body: Writer) => void): number {
    const list = this.#lists.get(id) ?? { count: 0, body: new Writer() };
    this.#lists.set(id, list);
    write(list.body);
    return list.count++;
  }
}
