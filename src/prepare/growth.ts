import { assemble } from "../wasm/assembler.ts";
import { ValueCode } from "../wasm/value_type.ts";
import type { BulkSpace } from "./bulk.ts";
import {
  type BulkChecks,
  chargeText,
  guardText,
  refusedText,
} from "./guard.ts";
import type { InjectedFunction } from "./injected.ts";

/** Bytes of a page of memory. */
export const PAGE_BYTES = 65_536;
/**
 * Bytes that a table entry is accounted with: V8 keeps 8 for the reference and
 * up to 24 for what an indirect call needs, beside it.
 */
export const TABLE_ENTRY_BYTES = 32;

/** Sums the bytes that all memories and tables take. */
export function usedBytes(
  memories: readonly BulkSpace[],
  tables: readonly BulkSpace[],
): InjectedFunction {
  const terms = [
    ...memories.map((memory) => term(`memory.size`, memory, PAGE_BYTES)),
    ...tables.map((table) => term(`table.size`, table, TABLE_ENTRY_BYTES)),
  ];
  return {
    type: { params: [], results: [ValueCode.i64] },
    locals: [],
    code: assemble(`i64.const 0 ${terms.join(" ")}`),
  };
}

function term(operator: string, space: BulkSpace, unit: number): string {
  const extend = space.index64 ? "" : "i64.extend_i32_u";
  return `${operator} ${space.index} ${extend} i64.const ${unit} i64.mul i64.add`;
}

/** What a growth checks against. */
export interface GrowthLimit {
  readonly limitBytes: number;
  /** The index of the function that {@linkcode usedBytes} made. */
  readonly used: number;
  readonly checks: BulkChecks;
}

export function memoryGrow(
  memory: BulkSpace,
  limit: GrowthLimit,
): InjectedFunction {
  const address = memory.index64 ? ValueCode.i64 : ValueCode.i32;
  return {
    type: { params: [address], results: [address] },
    locals: [ValueCode.i64, address],
    code: assemble(growText(
      memory,
      limit,
      PAGE_BYTES,
      { delta: 0, wide: 1, was: 2 },
      `local.get 0 memory.grow ${memory.index}`,
    )),
  };
}

export function tableGrow(
  table: BulkSpace,
  limit: GrowthLimit,
): InjectedFunction {
  const address = table.index64 ? ValueCode.i64 : ValueCode.i32;
  const element = table.element ?? ValueCode.funcref;
  return {
    type: { params: [element, address], results: [address] },
    locals: [ValueCode.i64, address],
    code: assemble(growText(
      table,
      limit,
      TABLE_ENTRY_BYTES,
      { delta: 1, wide: 2, was: 3 },
      `local.get 0 local.get 1 table.grow ${table.index}`,
    )),
  };
}

/** The variables that a growth uses. */
interface GrowthLocals {
  readonly delta: number;
  readonly wide: number;
  readonly was: number;
}

/**
 * Grows within the limit; else answers -1 and notes the refusal. As in
 * wasmtime, a growth costs 1 for each page or entry, and nothing if refused.
 */
function growText(
  space: BulkSpace,
  limit: GrowthLimit,
  unit: number,
  { delta, wide, was }: GrowthLocals,
  grow: string,
): string {
  const { limitBytes, used, checks } = limit;
  const extend = space.index64 ? "" : "i64.extend_i32_u";
  const minusOne = space.index64 ? "i64.const -1" : "i32.const -1";
  const equal = space.index64 ? "i64.eq" : "i32.eq";
  const refuse = refusedText(checks.stopMemory);
  return `
    ${guardText(checks.stopMemory)}
    local.get ${delta} ${extend} local.tee ${wide}
    i64.const ${Math.floor(limitBytes / unit)} i64.gt_u
    call ${used} local.get ${wide} i64.const ${unit} i64.mul i64.add
    i64.const ${limitBytes} i64.gt_u
    i32.or
    if void
      ${refuse} ${minusOne} return
    end
    ${grow} local.tee ${was} ${minusOne} ${equal}
    if void ${refuse} else ${chargeText(checks, wide)} end
    local.get ${was}`;
}
