/** Writes functions that execute bulk operators in pieces. */

import { assemble } from "../../wasm/assembler.ts";
import { ValueCode, type ValueType } from "../../wasm/value_type.ts";
import { type BulkChecks, chargeText, guardText } from "./guard.ts";
import type { InjectedFunction } from "./injected.ts";

/**
 * Bytes that one operator moves between two checks: some 0.2 ms of work, or
 * 1 ms when the pages are touched for the first time.
 */
const MEMORY_CHUNK = 1 << 20;
/** Table entries between two checks: each takes V8 tens of nanoseconds. */
const TABLE_CHUNK = 1 << 13;

/** One operand of a bulk operator. */
type Operand =
  /** A place that moves on with each piece, below `size`. */
  | { readonly kind: "place"; readonly index64: boolean; readonly size: string }
  /** A value that stays the same. */
  | { readonly kind: "value"; readonly type: ValueType };

/** A bulk operator that is to be cut into pieces. */
interface BulkOperator {
  /** The operator with its indices. */
  readonly text: string;
  readonly operands: readonly [Operand, Operand];
  readonly length64: boolean;
  readonly chunk: number;
  /** Whether source and destination are the same memory or table. */
  readonly overlaps: boolean;
  /** Traps when the source segment is too short, without writing. */
  readonly probe?: string;
}

/** What a bulk operator works on. */
export interface BulkSpace {
  readonly index: number;
  readonly index64: boolean;
  /** For tables, the type of an entry. */
  readonly element?: ValueType;
}

// Injected variables, after the three parameters.
const PLACES = [3, 4] as const;
const LENGTH = 5;
const SIZE = 6;

function memorySize(memory: BulkSpace): string {
  const pages = `memory.size ${memory.index}`;
  const wide = memory.index64 ? pages : `${pages} i64.extend_i32_u`;
  return `${wide} i64.const 16 i64.shl`;
}

function tableSize(table: BulkSpace): string {
  const size = `table.size ${table.index}`;
  return table.index64 ? size : `${size} i64.extend_i32_u`;
}

function memoryPlace(memory: BulkSpace): Operand {
  return { kind: "place", index64: memory.index64, size: memorySize(memory) };
}

function tablePlace(table: BulkSpace): Operand {
  return { kind: "place", index64: table.index64, size: tableSize(table) };
}

/** A place in a segment: the probe checks the segment's own size. */
const SEGMENT_PLACE: Operand = {
  kind: "place",
  index64: false,
  size: "i64.const 4294967295",
};

export function memoryCopy(
  to: BulkSpace,
  from: BulkSpace,
  checks: BulkChecks,
): InjectedFunction {
  return inPieces({
    text: `memory.copy ${to.index} ${from.index}`,
    operands: [memoryPlace(to), memoryPlace(from)],
    length64: to.index64 && from.index64,
    chunk: MEMORY_CHUNK,
    overlaps: to.index === from.index,
  }, checks);
}

export function memoryFill(
  memory: BulkSpace,
  checks: BulkChecks,
): InjectedFunction {
  return inPieces({
    text: `memory.fill ${memory.index}`,
    operands: [memoryPlace(memory), { kind: "value", type: ValueCode.i32 }],
    length64: memory.index64,
    chunk: MEMORY_CHUNK,
    overlaps: false,
  }, checks);
}

export function memoryInit(
  segment: number,
  memory: BulkSpace,
  checks: BulkChecks,
): InjectedFunction {
  const text = `memory.init ${segment} ${memory.index}`;
  return inPieces({
    text,
    operands: [memoryPlace(memory), SEGMENT_PLACE],
    length64: false,
    chunk: MEMORY_CHUNK,
    overlaps: false,
    probe: segmentProbe(text, memory),
  }, checks);
}

export function tableCopy(
  to: BulkSpace,
  from: BulkSpace,
  checks: BulkChecks,
): InjectedFunction {
  return inPieces({
    text: `table.copy ${to.index} ${from.index}`,
    operands: [tablePlace(to), tablePlace(from)],
    length64: to.index64 && from.index64,
    chunk: TABLE_CHUNK,
    overlaps: to.index === from.index,
  }, checks);
}

export function tableFill(
  table: BulkSpace,
  checks: BulkChecks,
): InjectedFunction {
  return inPieces({
    text: `table.fill ${table.index}`,
    operands: [
      tablePlace(table),
      { kind: "value", type: table.element ?? ValueCode.funcref },
    ],
    length64: table.index64,
    chunk: TABLE_CHUNK,
    overlaps: false,
  }, checks);
}

export function tableInit(
  segment: number,
  table: BulkSpace,
  checks: BulkChecks,
): InjectedFunction {
  const text = `table.init ${segment} ${table.index}`;
  return inPieces({
    text,
    operands: [tablePlace(table), SEGMENT_PLACE],
    length64: false,
    chunk: TABLE_CHUNK,
    overlaps: false,
    probe: segmentProbe(text, table),
  }, checks);
}

/** Nothing, from the end of the source to the start of the destination. */
function segmentProbe(text: string, to: BulkSpace): string {
  const start = to.index64 ? "i64.const 0" : "i32.const 0";
  return `${start} local.get 1 local.get 2 i32.add i32.const 0 ${text}`;
}

function inPieces(bulk: BulkOperator, checks: BulkChecks): InjectedFunction {
  const params = [
    ...bulk.operands.map(operandType),
    bulk.length64 ? ValueCode.i64 : ValueCode.i32,
  ];
  const { i64 } = ValueCode;
  return {
    type: { params, results: [] },
    locals: [i64, i64, i64, i64],
    code: assemble(piecesText(bulk, checks)),
  };
}

function operandType(operand: Operand): ValueType {
  if (operand.kind === "value") return operand.type;
  return operand.index64 ? ValueCode.i64 : ValueCode.i32;
}

/**
 * Runs the operator as it is when it is short, or out of bounds: then it traps
 * as the guest's own would have, with nothing written.
 */
function piecesText(bulk: BulkOperator, checks: BulkChecks): string {
  const guard = guardText(checks.stopMemory);
  const { text, operands, chunk, length64 } = bulk;
  const whole = `
    if void
      local.get 0 local.get 1 local.get 2 ${text}
      return
    end`;
  const widenLength = `local.get 2 ${length64 ? "" : "i64.extend_i32_u"}`;
  return `
    ${guard}
    ${widenLength} local.tee ${LENGTH}
    ${chargeText(checks, LENGTH)}
    i64.const ${chunk} i64.le_u ${whole}
    ${operands.map(widen).join("\n")}
    i32.const 0 ${operands.map(outOfBounds).join("\n")} ${whole}
    ${bulk.probe ?? ""}
    ${bulk.overlaps ? backwardText(bulk, guard) : ""}
    ${piecesLoop(bulk, guard, false)}`;
}

/** From the back, when the destination lies behind the source. */
function backwardText(bulk: BulkOperator, guard: string): string {
  return `
    local.get ${PLACES[0]} local.get ${PLACES[1]} i64.gt_u
    if void ${piecesLoop(bulk, guard, true)} return end`;
}

function widen(operand: Operand, i: number): string {
  if (operand.kind === "value") return "";
  const extend = operand.index64 ? "" : "i64.extend_i32_u";
  return `local.get ${i} ${extend} local.set ${PLACES[i]}`;
}

/** Ors onto the stack whether `place + length > size`, without overflow. */
function outOfBounds(operand: Operand, i: number): string {
  if (operand.kind === "value") return "";
  return `
    local.get ${LENGTH} ${operand.size} local.tee ${SIZE} i64.gt_u i32.or
    local.get ${PLACES[i]} local.get ${SIZE} local.get ${LENGTH} i64.sub
    i64.gt_u i32.or`;
}

/** The pieces from the front, or from the back, and then what is left. */
function piecesLoop(
  bulk: BulkOperator,
  guard: string,
  backward: boolean,
): string {
  const { chunk, operands } = bulk;
  const shorten =
    `local.get ${LENGTH} i64.const ${chunk} i64.sub local.set ${LENGTH}`;
  const piece = pieceText(bulk, `i64.const ${chunk}`, backward);
  const advance = operands.map((operand, i) =>
    operand.kind === "value"
      ? ""
      : `local.get ${PLACES[i]} i64.const ${chunk} i64.add local.set ${
        PLACES[i]
      }`
  ).join("\n");
  const step = backward
    ? `${shorten} ${piece}`
    : `${piece} ${advance} ${shorten}`;
  return `
    loop void
      ${guard}
      ${step}
      local.get ${LENGTH} i64.const ${chunk} i64.gt_u br_if 0
    end
    ${pieceText(bulk, `local.get ${LENGTH}`, false)}`;
}

function pieceText(
  bulk: BulkOperator,
  length: string,
  fromEnd: boolean,
): string {
  const operands = bulk.operands.map((operand, i) => {
    if (operand.kind === "value") return `local.get ${i}`;
    const place = fromEnd
      ? `local.get ${PLACES[i]} local.get ${LENGTH} i64.add`
      : `local.get ${PLACES[i]}`;
    return operand.index64 ? place : `${place} i32.wrap_i64`;
  });
  const narrow = bulk.length64 ? "" : "i32.wrap_i64";
  return `${operands.join(" ")} ${length} ${narrow} ${bulk.text}`;
}
