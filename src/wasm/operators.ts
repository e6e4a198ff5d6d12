/**
 * The operator table: which opcodes a guest may use, their immediates, their
 * proposal and their fuel cost.
 * https://webassembly.github.io/spec/core/appendix/index-instructions.html
 */

/** The immediates of an opcode, or its effect on control flow. */
export const Shape = {
  Unknown: 0,
  None: 1,
  Block: 2,
  Loop: 3,
  If: 4,
  Else: 5,
  Try: 6,
  Catch: 7,
  CatchAll: 8,
  Delegate: 9,
  End: 10,
  TryTable: 11,
  Br: 12,
  BrIf: 13,
  BrTable: 14,
  BrOnNull: 15,
  Return: 16,
  Unreachable: 17,
  Call: 18,
  CallIndirect: 19,
  CallRef: 20,
  ReturnCall: 21,
  ReturnCallIndirect: 22,
  ReturnCallRef: 23,
  Throw: 24,
  ThrowRef: 25,
  Rethrow: 26,
  Local: 27,
  Global: 28,
  Table: 29,
  MemArg: 30,
  MemArgLane: 31,
  Lane: 32,
  MemorySize: 33,
  MemoryGrow: 34,
  Leb: 35,
  Bytes4: 36,
  Bytes8: 37,
  Bytes16: 38,
  SelectTyped: 39,
  RefNull: 40,
  RefFunc: 41,
  MemoryInit: 42,
  DataDrop: 43,
  MemoryCopy: 44,
  MemoryFill: 45,
  TableInit: 46,
  ElemDrop: 47,
  TableCopy: 48,
  TableGrow: 49,
  TableSize: 50,
  TableFill: 51,
  PrefixFb: 52,
  PrefixFc: 53,
  PrefixFd: 54,
  PrefixFe: 55,
  /**
   * No immediates, as with `None`, but V8 compiles it to code with branches.
   */
  Branching: 56,
} as const;

/** One member of {@linkcode Shape}. */
export type Shape = typeof Shape[keyof typeof Shape];

/** A row: operators with consecutive opcodes, of one shape and proposal. */
interface Row {
  readonly first: number;
  readonly shape: Shape;
  readonly feature: string;
  readonly names: string;
}

function row(
  first: number,
  shape: Shape,
  names: string,
  feature = "mvp",
): Row {
  return { first, shape, feature, names };
}

const CORE: readonly Row[] = [
  row(0x00, Shape.Unreachable, "unreachable"),
  row(0x01, Shape.None, "nop"),
  row(0x02, Shape.Block, "block"),
  row(0x03, Shape.Loop, "loop"),
  row(0x04, Shape.If, "if"),
  row(0x05, Shape.Else, "else"),
  row(0x06, Shape.Try, "try", "legacy-exceptions"),
  row(0x07, Shape.Catch, "catch", "legacy-exceptions"),
  row(0x08, Shape.Throw, "throw", "exceptions"),
  row(0x09, Shape.Rethrow, "rethrow", "legacy-exceptions"),
  row(0x0a, Shape.ThrowRef, "throw_ref", "exceptions"),
  row(0x0b, Shape.End, "end"),
  row(0x0c, Shape.Br, "br"),
  row(0x0d, Shape.BrIf, "br_if"),
  row(0x0e, Shape.BrTable, "br_table"),
  row(0x0f, Shape.Return, "return"),
  row(0x10, Shape.Call, "call"),
  row(0x11, Shape.CallIndirect, "call_indirect"),
  row(0x12, Shape.ReturnCall, "return_call", "tail-call"),
  row(0x13, Shape.ReturnCallIndirect, "return_call_indirect", "tail-call"),
  row(0x14, Shape.CallRef, "call_ref", "function-references"),
  row(0x15, Shape.ReturnCallRef, "return_call_ref", "function-references"),
  row(0x18, Shape.Delegate, "delegate", "legacy-exceptions"),
  row(0x19, Shape.CatchAll, "catch_all", "legacy-exceptions"),
  row(0x1a, Shape.None, "drop select"),
  row(0x1c, Shape.SelectTyped, "select", "reference-types"),
  row(0x1f, Shape.TryTable, "try_table", "exceptions"),
  row(0x20, Shape.Local, "local.get local.set local.tee"),
  row(0x23, Shape.Global, "global.get global.set"),
  row(0x25, Shape.Table, "table.get table.set", "reference-types"),
  row(
    0x28,
    Shape.MemArg,
    "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u " +
      "i32.load16_s i32.load16_u i64.load8_s i64.load8_u i64.load16_s " +
      "i64.load16_u i64.load32_s i64.load32_u i32.store i64.store f32.store " +
      "f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32",
  ),
  row(0x3f, Shape.MemorySize, "memory.size"),
  row(0x40, Shape.MemoryGrow, "memory.grow"),
  row(0x41, Shape.Leb, "i32.const i64.const"),
  row(0x43, Shape.Bytes4, "f32.const"),
  row(0x44, Shape.Bytes8, "f64.const"),
  row(
    0x45,
    Shape.None,
    "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s " +
      "i32.le_u i32.ge_s i32.ge_u i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u " +
      "i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u f32.eq f32.ne " +
      "f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge " +
      "i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul",
  ),
  row(0x6d, Shape.Branching, "i32.div_s i32.div_u i32.rem_s i32.rem_u"),
  row(
    0x71,
    Shape.None,
    "i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr " +
      "i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul",
  ),
  row(0x7f, Shape.Branching, "i64.div_s i64.div_u i64.rem_s i64.rem_u"),
  row(
    0x83,
    Shape.None,
    "i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr " +
      "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt " +
      "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign " +
      "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt " +
      "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign " +
      "i32.wrap_i64",
  ),
  row(
    0xa8,
    Shape.Branching,
    "i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u",
  ),
  row(0xac, Shape.None, "i64.extend_i32_s i64.extend_i32_u"),
  row(
    0xae,
    Shape.Branching,
    "i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u",
  ),
  row(
    0xb2,
    Shape.None,
    "f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s",
  ),
  row(0xb5, Shape.Branching, "f32.convert_i64_u"),
  row(
    0xb6,
    Shape.None,
    "f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s",
  ),
  row(0xba, Shape.Branching, "f64.convert_i64_u"),
  row(
    0xbb,
    Shape.None,
    "f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 " +
      "f64.reinterpret_i64",
  ),
  row(
    0xc0,
    Shape.None,
    "i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s " +
      "i64.extend32_s",
    "sign-extension",
  ),
  row(0xd0, Shape.RefNull, "ref.null", "reference-types"),
  row(0xd1, Shape.None, "ref.is_null", "reference-types"),
  row(0xd2, Shape.RefFunc, "ref.func", "reference-types"),
  row(0xd4, Shape.None, "ref.as_non_null", "function-references"),
  row(0xd5, Shape.BrOnNull, "br_on_null br_on_non_null", "function-references"),
  row(0xfb, Shape.PrefixFb, "prefix"),
  row(0xfc, Shape.PrefixFc, "prefix"),
  row(0xfd, Shape.PrefixFd, "prefix"),
  row(0xfe, Shape.PrefixFe, "prefix"),
];

const BULK: readonly Row[] = [
  row(
    0,
    Shape.Branching,
    "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s " +
      "i32.trunc_sat_f64_u i64.trunc_sat_f32_s i64.trunc_sat_f32_u " +
      "i64.trunc_sat_f64_s i64.trunc_sat_f64_u",
    "saturating-conversions",
  ),
  row(8, Shape.MemoryInit, "memory.init", "bulk-memory"),
  row(9, Shape.DataDrop, "data.drop", "bulk-memory"),
  row(10, Shape.MemoryCopy, "memory.copy", "bulk-memory"),
  row(11, Shape.MemoryFill, "memory.fill", "bulk-memory"),
  row(12, Shape.TableInit, "table.init", "bulk-memory"),
  row(13, Shape.ElemDrop, "elem.drop", "bulk-memory"),
  row(14, Shape.TableCopy, "table.copy", "bulk-memory"),
  row(15, Shape.TableGrow, "table.grow", "reference-types"),
  row(16, Shape.TableSize, "table.size", "reference-types"),
  row(17, Shape.TableFill, "table.fill", "reference-types"),
];

const VECTOR: readonly Row[] = [
  row(
    0x00,
    Shape.MemArg,
    "v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s " +
      "v128.load16x4_u v128.load32x2_s v128.load32x2_u v128.load8_splat " +
      "v128.load16_splat v128.load32_splat v128.load64_splat v128.store",
    "simd",
  ),
  row(0x0c, Shape.Bytes16, "v128.const i8x16.shuffle", "simd"),
  row(
    0x0e,
    Shape.None,
    "i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat " +
      "f32x4.splat f64x2.splat",
    "simd",
  ),
  row(
    0x15,
    Shape.Lane,
    "i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane " +
      "i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane " +
      "i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane " +
      "i64x2.replace_lane f32x4.extract_lane f32x4.replace_lane " +
      "f64x2.extract_lane f64x2.replace_lane",
    "simd",
  ),
  row(
    0x23,
    Shape.None,
    "i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u " +
      "i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u i16x8.eq i16x8.ne " +
      "i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u " +
      "i16x8.ge_s i16x8.ge_u i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u " +
      "i32x4.gt_s i32x4.gt_u i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u " +
      "f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge f64x2.eq " +
      "f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge v128.not v128.and " +
      "v128.andnot v128.or v128.xor v128.bitselect v128.any_true",
    "simd",
  ),
  row(
    0x54,
    Shape.MemArgLane,
    "v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane " +
      "v128.store8_lane v128.store16_lane v128.store32_lane " +
      "v128.store64_lane",
    "simd",
  ),
  row(0x5c, Shape.MemArg, "v128.load32_zero v128.load64_zero", "simd"),
  row(
    0x5e,
    Shape.None,
    "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4 i8x16.abs i8x16.neg " +
      "i8x16.popcnt i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s " +
      "i8x16.narrow_i16x8_u f32x4.ceil f32x4.floor f32x4.trunc " +
      "f32x4.nearest i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add " +
      "i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s " +
      "i8x16.sub_sat_u f64x2.ceil f64x2.floor i8x16.min_s i8x16.min_u " +
      "i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u " +
      "i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u " +
      "i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u " +
      "i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true " +
      "i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u " +
      "i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s " +
      "i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u i16x8.shl " +
      "i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u " +
      "i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u f64x2.nearest i16x8.mul " +
      "i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u",
    "simd",
  ),
  row(
    0x9b,
    Shape.None,
    "i16x8.avgr_u i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s " +
      "i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u i32x4.abs " +
      "i32x4.neg",
    "simd",
  ),
  row(0xa3, Shape.None, "i32x4.all_true i32x4.bitmask", "simd"),
  row(
    0xa7,
    Shape.None,
    "i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s " +
      "i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u i32x4.shl " +
      "i32x4.shr_s i32x4.shr_u i32x4.add",
    "simd",
  ),
  row(0xb1, Shape.None, "i32x4.sub", "simd"),
  row(
    0xb5,
    Shape.None,
    "i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u " +
      "i32x4.dot_i16x8_s",
    "simd",
  ),
  row(
    0xbc,
    Shape.None,
    "i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s " +
      "i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u i64x2.abs " +
      "i64x2.neg",
    "simd",
  ),
  row(0xc3, Shape.None, "i64x2.all_true i64x2.bitmask", "simd"),
  row(
    0xc7,
    Shape.None,
    "i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s " +
      "i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u i64x2.shl " +
      "i64x2.shr_s i64x2.shr_u i64x2.add",
    "simd",
  ),
  row(0xd1, Shape.None, "i64x2.sub", "simd"),
  row(
    0xd5,
    Shape.None,
    "i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s " +
      "i64x2.ge_s i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s " +
      "i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u f32x4.abs " +
      "f32x4.neg",
    "simd",
  ),
  row(
    0xe3,
    Shape.None,
    "f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min " +
      "f32x4.max f32x4.pmin f32x4.pmax f64x2.abs f64x2.neg",
    "simd",
  ),
  row(
    0xef,
    Shape.None,
    "f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min " +
      "f64x2.max f64x2.pmin f64x2.pmax i32x4.trunc_sat_f32x4_s " +
      "i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u " +
      "i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero " +
      "f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u",
    "simd",
  ),
  row(
    0x100,
    Shape.None,
    "i8x16.relaxed_swizzle i32x4.relaxed_trunc_f32x4_s " +
      "i32x4.relaxed_trunc_f32x4_u i32x4.relaxed_trunc_f64x2_s_zero " +
      "i32x4.relaxed_trunc_f64x2_u_zero f32x4.relaxed_madd " +
      "f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd " +
      "i8x16.relaxed_laneselect i16x8.relaxed_laneselect " +
      "i32x4.relaxed_laneselect i64x2.relaxed_laneselect " +
      "f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min " +
      "f64x2.relaxed_max i16x8.relaxed_q15mulr_s " +
      "i16x8.relaxed_dot_i8x16_i7x16_s " +
      "i32x4.relaxed_dot_i8x16_i7x16_add_s",
    "relaxed-simd",
  ),
];

/** Features by their bit in {@linkcode OperatorTable.feature}. */
export const FEATURES: readonly string[] = [
  "mvp",
  "sign-extension",
  "saturating-conversions",
  "bulk-memory",
  "reference-types",
  "simd",
  "relaxed-simd",
  "tail-call",
  "exceptions",
  "legacy-exceptions",
  "function-references",
];

/**
 * Operators that cost no fuel; every other one costs 1. The same list as
 * wasmtime's default: operators that generate no code, and structured control
 * flow.
 */
const FREE: ReadonlySet<string> = new Set(
  "nop drop block loop unreachable return else end".split(" "),
);

/** Opcodes as arrays, for a loop that decodes millions of them. */
export interface OperatorTable {
  /** The shape of each opcode, `Shape.Unknown` where there is none. */
  readonly shape: Uint8Array;
  /** The feature's bit of each opcode. */
  readonly feature: Uint16Array;
  /** The fuel that each opcode costs. */
  readonly fuel: Uint8Array;
  /**
   * An upper bound on how much each opcode raises the operand stack; calls,
   * blocks and typed immediates are not covered by the table.
   */
  readonly effect: Int8Array;
  /** The text format's name of each opcode. */
  readonly names: readonly string[];
}

const PUSHES: ReadonlySet<Shape> = new Set<Shape>([
  Shape.MemorySize,
  Shape.Leb,
  Shape.Bytes4,
  Shape.Bytes8,
  Shape.RefNull,
  Shape.RefFunc,
  Shape.TableSize,
]);

/** Names of operators, and how much they raise the operand stack. */
const EFFECTS: readonly (readonly [RegExp, number])[] = [
  [/^(local\.get|global\.get|v128\.const)$/, 1],
  [/^(local\.tee|memory\.grow)$/, 0],
  [/^(local\.set|global\.set|drop|if|br_if|br_table|table\.grow)$/, -1],
  [/^(select|table\.set|v128\.bitselect)$/, -2],
  [/^(memory|table)\.(init|copy|fill)$/, -3],
  [/\.store\d*(_lane)?$/, -2],
  [/\.(load\d+_lane|replace_lane)$/, -1],
  [/\.relaxed_(n?madd|laneselect|dot_i8x16_i7x16_add_s)$/, -2],
  [/\.(eq|ne|[lg][te](_[su])?)$/, -1],
  [/\.(add|sub|mul|div|rem|min|max|shr|narrow|avgr|extmul)[\w]*$/, -1],
  [/\.(and|andnot|or|xor|shl|rotl|rotr|copysign|pmin|pmax)$/, -1],
];

function stackEffect(name: string, shape: Shape): number {
  if (PUSHES.has(shape)) return 1;
  return EFFECTS.find(([pattern]) => pattern.test(name))?.[1] ?? 0;
}

function buildTable(rows: readonly Row[], size: number): OperatorTable {
  const shape = new Uint8Array(size);
  const feature = new Uint16Array(size);
  const fuel = new Uint8Array(size);
  const effect = new Int8Array(size);
  const names: string[] = Array(size).fill("");
  for (const row of rows) {
    row.names.split(" ").forEach((name, i) => {
      const opcode = row.first + i;
      shape[opcode] = row.shape;
      feature[opcode] = 1 << FEATURES.indexOf(row.feature);
      fuel[opcode] = FREE.has(name) ? 0 : 1;
      effect[opcode] = stackEffect(name, row.shape);
      names[opcode] = name;
    });
  }
  return { shape, feature, fuel, effect, names };
}

/** Operators of one byte. */
export const CORE_OPERATORS: OperatorTable = buildTable(CORE, 256);
/** Operators after the prefix 0xfc. */
export const BULK_OPERATORS: OperatorTable = buildTable(BULK, 32);
/** Operators after the prefix 0xfd. */
export const VECTOR_OPERATORS: OperatorTable = buildTable(VECTOR, 0x120);

/** Opcodes that are refused, and the feature they belong to. */
export const REFUSED_OPERATORS: Readonly<Record<number, string>> = {
  0xd3: "garbage collection (ref.eq)",
  0xe0: "stack switching (cont.new)",
  0xe1: "stack switching (cont.bind)",
  0xe2: "stack switching (suspend)",
  0xe3: "stack switching (resume)",
  0xe4: "stack switching (resume_throw)",
  0xe5: "stack switching (resume_throw_ref)",
  0xe6: "stack switching (switch)",
  0xfb: "garbage collection (prefix 0xfb)",
  0xfe: "threads (atomic operator)",
};
