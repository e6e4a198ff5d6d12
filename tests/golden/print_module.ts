import {
  BULK_OPERATORS,
  CORE_OPERATORS,
  Shape,
  VECTOR_OPERATORS,
} from "../../src/wasm/operators.ts";
import { Reader } from "../../src/wasm/reader.ts";
import { SectionId } from "../../src/wasm/section.ts";
import { ValueCode } from "../../src/wasm/value_type.ts";

/** Atomic operators, which only injected code has. */
const ATOMIC: Readonly<Record<number, string>> = {
  0x10: "i32.atomic.load",
  0x17: "i32.atomic.store",
};

const TYPE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(ValueCode).map(([name, code]) => [code, name]),
);

const INDENTS: ReadonlySet<Shape> = new Set<Shape>([
  Shape.Block,
  Shape.Loop,
  Shape.If,
  Shape.Try,
]);
const OUTDENTS: ReadonlySet<Shape> = new Set<Shape>([
  Shape.Else,
  Shape.Catch,
  Shape.CatchAll,
]);

/** The bodies of a module's functions, one operator a line. */
export function printBodies(bytes: Uint8Array): string {
  const sections = topSections(bytes);
  const code = sections.get(SectionId.code);
  if (!code) return "";
  const count = code.u32("count");
  const bodies: string[] = [];
  for (let i = 0; i < count; i++) {
    const body = code.slice(code.u32("size"), "body");
    bodies.push(`function ${i}\n${printBody(body)}`);
  }
  return bodies.join("\n");
}

function topSections(bytes: Uint8Array): Map<number, Reader> {
  const reader = new Reader(bytes, 8);
  const sections = new Map<number, Reader>();
  while (!reader.done) {
    const id = reader.u8("id");
    sections.set(id, reader.slice(reader.u32("size"), "section"));
  }
  return sections;
}

function printBody(body: Reader): string {
  const lines: string[] = [];
  const groups = body.u32("groups");
  for (let i = 0; i < groups; i++) {
    const count = body.u32("count");
    lines.push(`  local ${count} × ${TYPE_NAMES[body.u8("type")]}`);
  }
  let depth = 1;
  while (!body.done) {
    const { text, shape } = readOperator(body);
    if (shape === Shape.End || OUTDENTS.has(shape)) depth--;
    lines.push("  ".repeat(depth + 1) + text);
    if (INDENTS.has(shape) || OUTDENTS.has(shape)) depth++;
  }
  return lines.join("\n") + "\n";
}

function readOperator(body: Reader): { text: string; shape: Shape } {
  const opcode = body.u8("opcode");
  let name = CORE_OPERATORS.names[opcode]!;
  let shape = CORE_OPERATORS.shape[opcode]! as Shape;
  if (shape === Shape.PrefixFe) {
    name = ATOMIC[body.u32("opcode")]!;
    shape = Shape.MemArg;
  } else if (shape === Shape.PrefixFc || shape === Shape.PrefixFd) {
    const table = shape === Shape.PrefixFc ? BULK_OPERATORS : VECTOR_OPERATORS;
    const sub = body.u32("opcode");
    name = table.names[sub]!;
    shape = table.shape[sub]! as Shape;
  }
  return { text: [name, ...immediates(body, shape)].join(" "), shape };
}

function immediates(body: Reader, shape: Shape): string[] {
  const index = () => String(body.u32("index"));
  switch (shape) {
    case Shape.Block:
    case Shape.Loop:
    case Shape.If:
    case Shape.Try:
      return blockType(body);
    case Shape.Leb:
      return [String(signed(body))];
    case Shape.MemArg:
      return memArg(body);
    case Shape.RefNull:
      return [TYPE_NAMES[body.u8("type")]!];
    case Shape.None:
    case Shape.Branching:
    case Shape.End:
    case Shape.Else:
    case Shape.CatchAll:
    case Shape.Return:
    case Shape.Unreachable:
      return [];
    case Shape.CallIndirect:
    case Shape.MemoryInit:
    case Shape.MemoryCopy:
    case Shape.TableInit:
    case Shape.TableCopy:
      return [index(), index()];
    default:
      return [index()];
  }
}

function blockType(body: Reader): string[] {
  const code = body.u8("block type");
  return code === 0x40 ? [] : [`(result ${TYPE_NAMES[code]})`];
}

function memArg(body: Reader): string[] {
  const flags = body.u32("flags");
  const memory = flags & 0x40 ? `memory=${body.u32("memory")}` : "";
  const offset = body.u32("offset");
  return [memory, offset === 0 ? "" : `offset=${offset}`]
    .filter((one) => one !== "");
}

function signed(body: Reader): bigint {
  let value = 0n;
  let shift = 0n;
  for (;;) {
    const byte = body.u8("number");
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) return BigInt.asIntN(Number(shift), value);
  }
}
