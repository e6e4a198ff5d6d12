/** The pieces that a worst-module candidate's functions are made of. */

import { assemble } from "../../../src/wasm/assembler.ts";
import { Writer } from "../../../src/wasm/writer.ts";

/** What a unit's text may refer to. */
export interface UnitContext {
  /** Counts the copies of a unit, so that neighbours differ. */
  readonly i: number;
  /** Variables of type i32, at least 3. */
  readonly locals: number;
  /** Type index of `arity` i32 values in, as many out. */
  readonly wide: number;
  /** How many blocks are open around the unit. */
  readonly depth: number;
  /** Entries of a br_table. */
  readonly targets: number;
}

/** Answers the text of a unit. */
export type Unit = (context: UnitContext) => string;

const local = ({ i, locals }: UnitContext, step: number) =>
  (i * step + step) % locals;
const x = (context: UnitContext) => `local.get ${local(context, 1)}`;
const y = (context: UnitContext) => `local.get ${local(context, 7)}`;
const z = (context: UnitContext) => `local.set ${local(context, 13)}`;

const work: Unit = (c) =>
  `${x(c)} ${y(c)} i32.add ${z(c)} ${x(c)} i32.load 0 ${c.i} 1 ${z(c)}`;
const unary = (operator: string, from: string, back: string): Unit => (c) =>
  `${x(c)} ${from} ${operator} ${back} ${z(c)}`;
const vector = (operator: string): Unit => (c) =>
  `${x(c)} i32x4.splat ${operator} i32x4.extract_lane 1 ${z(c)}`;
const vectors = (operator: string): Unit => (c) =>
  `${x(c)} i32x4.splat ${y(c)} i8x16.splat ${operator} i32x4.extract_lane 0 ${
    z(c)
  }`;

/**
 * Units by name: each leaves the operand stack as it was. Index 0 is a memory
 * of 32 bits, a table of functions, a mutable i32 global, a tag without values
 * and a function that does nothing; memory 1 has 64-bit addresses, function 1
 * the wide type.
 */
export const UNITS: Readonly<Record<string, Unit>> = {
  nop: () => "nop",
  constant: (c) => `i32.const ${c.i * 7919} ${z(c)}`,
  move: (c) => `${x(c)} ${z(c)}`,
  add: (c) => `${x(c)} ${y(c)} i32.add ${z(c)}`,
  divide: (c) => `${x(c)} ${y(c)} i32.div_s ${z(c)}`,
  select: (c) => `${x(c)} ${y(c)} ${x(c)} select ${z(c)}`,
  globalGet: (c) => `global.get 0 ${z(c)}`,
  globalSet: (c) => `${x(c)} global.set 0`,
  load: (c) => `${x(c)} i32.load 0 ${c.i} 1 ${z(c)}`,
  store: (c) => `${x(c)} ${y(c)} i32.store 0 ${c.i} 1`,
  load64: (c) => `${x(c)} i64.extend_i32_u i32.load 1 ${c.i} 1 ${z(c)}`,
  store64: (c) => `${x(c)} i64.extend_i32_u ${y(c)} i32.store 1 ${c.i} 1`,
  trunc: unary("i32.trunc_f64_u", "f64.convert_i32_s", ""),
  truncSat: unary("i64.trunc_sat_f32_u", "f32.convert_i32_s", "i32.wrap_i64"),
  convert: unary(
    "f64.convert_i64_u",
    "i64.extend_i32_u",
    "i32.trunc_sat_f64_s",
  ),
  nearest: unary("f64.nearest", "f64.convert_i32_s", "i32.trunc_sat_f64_s"),
  popcnt: unary("i64.popcnt", "i64.extend_i32_u", "i32.wrap_i64"),
  // Each operator is one byte.
  chain: unary("i32.eqz ".repeat(16), "", ""),
  chain64: unary("i64.clz ".repeat(16), "i64.extend_i32_u", "i32.wrap_i64"),
  chainPopcnt: unary("i32.popcnt ".repeat(16), "", ""),
  chainRound: unary(
    "f64.nearest ".repeat(16),
    "f64.convert_i32_s",
    "i32.trunc_sat_f64_s",
  ),
  chainExtend: unary("i32.extend8_s ".repeat(16), "", ""),
  chainLoad: unary("i32.load 0 0 0 ".repeat(8), "", ""),
  chainLoad64: unary(
    "i64.load 1 0 0 ".repeat(8),
    "i64.extend_i32_u",
    "i32.wrap_i64",
  ),
  chainVector: vector("i8x16.popcnt ".repeat(8)),
  vectorLoad: (c) =>
    `${x(c)} v128.load 0 ${c.i} 1 i32x4.extract_lane 1 ${z(c)}`,
  vectorPopcnt: vector("i8x16.popcnt"),
  vectorTrunc: vector("i32x4.trunc_sat_f32x4_u"),
  vectorConvert: vector("f32x4.convert_i32x4_u"),
  vectorMul: vectors("i64x2.mul"),
  vectorMax: vectors("f32x4.max"),
  vectorSwizzle: vectors("i8x16.swizzle"),
  vectorShift: (c) =>
    `${x(c)} i32x4.splat ${y(c)} i8x16.shr_s i32x4.extract_lane 0 ${z(c)}`,
  call: () => "call 0",
  callWide: () => "call 1",
  callIndirect: (c) => `${x(c)} call_indirect 0 0`,
  callIndirectWide: (c) => `${x(c)} call_indirect ${c.wide} 0`,
  callRef: () => "ref.func 0 call_ref 0",
  refFunc: () => "ref.func 0 drop",
  tableGet: (c) => `${x(c)} table.get 0 drop`,
  tableSet: (c) => `${x(c)} ref.null funcref table.set 0`,
  tableSize: (c) => `table.size 0 ${z(c)}`,
  memoryGrow: (c) => `${x(c)} memory.grow 0 ${z(c)}`,
  memoryFill: (c) => `${x(c)} ${y(c)} ${x(c)} memory.fill 0`,
  throwing: (c) => `${x(c)} if void throw 0 end`,
  trap: (c) => `${x(c)} if void unreachable end`,
  brIf: (c) => `${x(c)} br_if 0`,
  brIfOut: (c) => `${x(c)} br_if ${c.i % Math.max(1, c.depth)}`,
  ifEmpty: (c) => `${x(c)} if void end`,
  ifSet: (c) => `${x(c)} if void ${y(c)} ${z(c)} end`,
  ifElse: (c) => `${x(c)} if void ${y(c)} ${z(c)} else ${x(c)} ${z(c)} end`,
  ifWide: (c) => `${x(c)} if ${c.wide} else end`,
  blockWide: (c) => `block ${c.wide} end`,
  blockBrIf: (c) => `block ${c.wide} ${x(c)} br_if 0 end`,
  loopEmpty: () => "loop void end",
  loopSet: (c) => `loop void ${x(c)} ${z(c)} ${y(c)} br_if 0 end`,
  loopWork: (c) =>
    `loop void ${
      Array.from({ length: 8 }, (_, i) => work({ ...c, i: c.i * 8 + i }))
        .join(" ")
    } ${y(c)} br_if 0 end`,
  loopWide: (c) => `loop ${c.wide} ${x(c)} br_if 0 end`,
  brTable: (c) => `block void ${x(c)} ${brTable(c, 0)} end`,
  brTableOut: (c) => `block void ${x(c)} ${brTable(c, c.depth)} end`,
  tryCall: () => "try void call 0 catch_all end",
  tryWide: (c) => `try ${c.wide} call 1 catch_all unreachable end`,
  tryTable: () => "block void {1f40010200} call 0 end end",
  deadBlock: (c) => `block void unreachable block ${c.wide} end drop end`,
  deadPush: () => "block void unreachable i32.const 0 i32.const 0 drop end",
  deadDrop: () => "block void unreachable drop drop drop drop end",
  deadCall: () => "block void unreachable call 1 end",
  deadBr: (c) => `block void unreachable ${x(c)} br_if ${c.depth} end`,
};

/** A br_table, whose labels are the innermost `1 + outer` blocks in turn. */
function brTable({ targets }: UnitContext, outer: number): string {
  const bytes = new Writer().byte(0x0e).u32(targets);
  for (let i = 0; i <= targets; i++) bytes.u32(i % (outer + 1));
  return `{${bytes.finish().toHex()}}`;
}

/** Assembles a text; what stands in braces are bytes. */
export function encodeUnit(text: string): Uint8Array {
  const out = new Writer();
  text.split(/\{([0-9a-f]*)\}/).forEach((part, i) => {
    out.bytes(i % 2 === 1 ? Uint8Array.fromHex(part) : assemble(part));
  });
  return out.finish();
}
