/** Assembles operators from text. */

import {
  BULK_OPERATORS,
  CORE_OPERATORS,
  type OperatorTable,
  Shape,
  VECTOR_OPERATORS,
} from "./operators.ts";
import { ValueCode } from "./value_type.ts";
import { Writer } from "./writer.ts";

/** How the assembler writes one operator. */
interface Encoding {
  readonly opcode: readonly number[];
  readonly shape: Shape;
}

/**
 * Atomic operators, used only by injected code on the stop page.
 * https://webassembly.github.io/threads/core/binary/instructions.html
 */
const ATOMIC: Readonly<Record<string, number>> = {
  "i32.atomic.load": 0x10,
  "i32.atomic.store": 0x17,
};

function addTable(
  encodings: Map<string, Encoding>,
  table: OperatorTable,
  prefix?: number,
): void {
  table.names.forEach((name, code) => {
    if (name === "" || encodings.has(name)) return;
    const opcode = prefix === undefined
      ? [code]
      : [prefix, ...new Writer().u32(code).view()];
    encodings.set(name, { opcode, shape: table.shape[code] as Shape });
  });
}

function allEncodings(): Map<string, Encoding> {
  const encodings = new Map<string, Encoding>();
  addTable(encodings, CORE_OPERATORS);
  addTable(encodings, BULK_OPERATORS, 0xfc);
  addTable(encodings, VECTOR_OPERATORS, 0xfd);
  for (const [name, code] of Object.entries(ATOMIC)) {
    encodings.set(name, { opcode: [0xfe, code], shape: Shape.MemArg });
  }
  return encodings;
}

const ENCODINGS: ReadonlyMap<string, Encoding> = allEncodings();

const MULTI_MEMORY = 0x40;

/**
 * Assembles operators in the unfolded text format, each followed by its
 * immediates: indices, `void` or a type for blocks, and
 * `memory offset alignment` for loads and stores.
 */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const writer = new Writer();
  let next = 0;
  const take = () => words[next++]!;
  const index = () => writer.u32(Number(take()));
  while (next < words.length) {
    const name = take();
    const encoding = ENCODINGS.get(name);
    if (!encoding) throw new TypeError(`No operator is named ${name}`);
    writer.bytes(encoding.opcode);
    writeImmediates(writer, encoding.shape, take, index);
  }
  return writer.finish();
}

function writeImmediates(
  writer: Writer,
  shape: Shape,
  take: () => string,
  index: () => void,
): void {
  switch (shape) {
    case Shape.Block:
    case Shape.Loop:
    case Shape.If:
    case Shape.Try:
      writeBlockType(writer, take());
      break;
    case Shape.Leb:
      writer.signed(Number(take()));
      break;
    case Shape.MemArg:
      writeMemArg(writer, Number(take()), Number(take()), Number(take()));
      break;
    case Shape.RefNull:
      writer.byte(ValueCode[take() as keyof typeof ValueCode]);
      break;
    case Shape.CallIndirect:
    case Shape.ReturnCallIndirect:
    case Shape.MemoryInit:
    case Shape.MemoryCopy:
    case Shape.TableInit:
    case Shape.TableCopy:
      index();
      index();
      break;
    default:
      if (HAS_ONE_INDEX.has(shape)) index();
  }
}

const HAS_ONE_INDEX: ReadonlySet<Shape> = new Set<Shape>([
  Shape.Br,
  Shape.BrIf,
  Shape.BrOnNull,
  Shape.Call,
  Shape.CallRef,
  Shape.Catch,
  Shape.DataDrop,
  Shape.Delegate,
  Shape.ElemDrop,
  Shape.Global,
  Shape.Lane,
  Shape.Local,
  Shape.MemoryFill,
  Shape.MemoryGrow,
  Shape.MemorySize,
  Shape.RefFunc,
  Shape.Rethrow,
  Shape.ReturnCall,
  Shape.ReturnCallRef,
  Shape.Table,
  Shape.TableFill,
  Shape.TableGrow,
  Shape.TableSize,
  Shape.Throw,
]);

function writeBlockType(writer: Writer, word: string): void {
  if (word === "void") writer.byte(0x40);
  else if (word in ValueCode) {
    writer.byte(ValueCode[word as keyof typeof ValueCode]);
  } else writer.signed(Number(word));
}

function writeMemArg(
  writer: Writer,
  memory: number,
  offset: number,
  alignment: number,
): void {
  const exponent = Math.log2(alignment);
  if (memory === 0) writer.byte(exponent);
  else writer.byte(exponent | MULTI_MEMORY).u32(memory);
  writer.u32(offset);
}
