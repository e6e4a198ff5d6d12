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
const ATOMIC: ReadonlyMap<string, number> = new Map([
  ["i32.atomic.load", 0x10],
  ["i32.atomic.store", 0x17],
]);

/** What was asked for before; most programs use few of the operators. */
const FOUND = new Map<string, Encoding>();

function encodingOf(name: string): Encoding {
  const found = FOUND.get(name) ?? atomicEncoding(name) ??
    tableEncoding(name, CORE_OPERATORS) ??
    tableEncoding(name, BULK_OPERATORS, 0xfc) ??
    tableEncoding(name, VECTOR_OPERATORS, 0xfd);
  if (!found) throw new TypeError(`No operator is named ${name}`);
  FOUND.set(name, found);
  return found;
}

function atomicEncoding(name: string): Encoding | undefined {
  const code = ATOMIC.get(name);
  if (code === undefined) return undefined;
  return { opcode: [0xfe, code], shape: Shape.MemArg };
}

function tableEncoding(
  name: string,
  { names, shape }: OperatorTable,
  prefix?: number,
): Encoding | undefined {
  const code = names.indexOf(name);
  if (code < 0) return undefined;
  const opcode = prefix === undefined
    ? [code]
    : [prefix, ...new Writer().u32(code).view()];
  return { opcode, shape: shape[code] as Shape };
}

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
    const { opcode, shape } = encodingOf(take());
    writer.bytes(opcode);
    writeImmediates(writer, shape, take, index);
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
