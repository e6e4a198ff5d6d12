/** Writes the functions that grow memories and tables within the limit. */

import { PAGE_BYTES } from "../../contract/page_bytes.ts";
import { WITHHELD_OFFSET } from "../../stop_page.ts";
import { assemble } from "../../wasm/assembler.ts";
import { ValueCode } from "../../wasm/value_type.ts";
import type { BulkSpace } from "./bulk.ts";
import {
  type BulkChecks,
  chargeText,
  guardText,
  refusedText,
} from "./guard.ts";
import type { InjectedFunction } from "./injected.ts";

/**
 * Bytes that a table entry is accounted with: a table of functions took 24 to
 * 37 bytes an entry, the more the smaller the steps in which it grew.
 */
export const TABLE_ENTRY_BYTES = 40;
/** Entries that a table grows by between two checks: V8 takes some 10 ms. */
const TABLE_PIECE = 65_536;

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
  const { equal, minusOne } = wordsOf(memory);
  const [wide, was] = [1, 2];
  const { checks } = limit;
  return {
    type: { params: [address], results: [address] },
    locals: [ValueCode.i64, address],
    code: assemble(`
      ${refusalText(memory, limit, PAGE_BYTES, { delta: 0, wide })}
      local.get 0 memory.grow ${memory.index} local.tee ${was}
      ${minusOne} ${equal}
      if void
        ${refusedText(checks.stopMemory)}
      else
        ${chargeText(checks, wide)}
      end
      local.get ${was}`),
  };
}

/**
 * Grows a table in pieces, as V8 writes every entry. The size was checked
 * before, so a piece fails only if the process lacks memory; if one after the
 * first fails, the guest traps, as a partial growth can't be reported.
 */
export function tableGrow(
  table: BulkSpace,
  maximum: number,
  limit: GrowthLimit,
): InjectedFunction {
  const address = table.index64 ? ValueCode.i64 : ValueCode.i32;
  const { equal, notEqual, minusOne, narrow } = wordsOf(table);
  const element = table.element ?? ValueCode.funcref;
  const [wide, was, piece] = [2, 3, 4];
  const { checks } = limit;
  const guard = guardText(checks.stopMemory);
  const most = { operator: `table.size ${table.index}`, maximum };
  const locals = { delta: 1, wide };
  return {
    type: { params: [element, address], results: [address] },
    locals: [ValueCode.i64, address, ValueCode.i64],
    code: assemble(`
      ${refusalText(table, limit, TABLE_ENTRY_BYTES, locals, most)}
      table.size ${table.index} local.set ${was}
      ${chargeText(checks, wide)}
      loop void
        ${guard}
        local.get ${wide} i64.const ${TABLE_PIECE}
        local.get ${wide} i64.const ${TABLE_PIECE} i64.lt_u select
        local.set ${piece}
        local.get 0 local.get ${piece} ${narrow} table.grow ${table.index}
        ${minusOne} ${equal}
        if void
          ${refusedText(checks.stopMemory)}
          table.size ${table.index} local.get ${was} ${notEqual}
          if void unreachable end
          ${minusOne} return
        end
        local.get ${wide} local.get ${piece} i64.sub local.tee ${wide}
        i64.const 0 i64.ne br_if 0
      end
      local.get ${was}`),
  };
}

/** Operators that differ with the width of addresses. */
function wordsOf(
  space: BulkSpace,
): Readonly<
  Record<"extend" | "narrow" | "minusOne" | "equal" | "notEqual", string>
> {
  return space.index64
    ? {
      extend: "",
      narrow: "",
      minusOne: "i64.const -1",
      equal: "i64.eq",
      notEqual: "i64.ne",
    }
    : {
      extend: "i64.extend_i32_u",
      narrow: "i32.wrap_i64",
      minusOne: "i32.const -1",
      equal: "i32.eq",
      notEqual: "i32.ne",
    };
}

/**
 * Answers -1 and notes the refusal when a growth would lead past the limit, or
 * past the space's own maximum. As in wasmtime, a refused growth costs nothing
 * and another one 1 for each page or entry.
 */
function refusalText(
  space: BulkSpace,
  { limitBytes, used, checks }: GrowthLimit,
  unit: number,
  { delta, wide }: { delta: number; wide: number },
  own?: { operator: string; maximum: number },
): string {
  const { extend, minusOne } = wordsOf(space);
  const pastOwn = own === undefined ? "" : `
    ${own.operator} ${extend} local.get ${wide} i64.add
    i64.const ${own.maximum} i64.gt_u i32.or`;
  return `
    ${guardText(checks.stopMemory)}
    local.get ${delta} ${extend} local.tee ${wide}
    i64.const ${Math.floor(limitBytes / unit)} i64.gt_u
    call ${used} local.get ${wide} i64.const ${unit} i64.mul i64.add
    i64.const ${limitBytes}
    i32.const 0 i64.load ${checks.stopMemory} ${WITHHELD_OFFSET} 8 i64.sub
    i64.gt_u
    i32.or
    ${pastOwn}
    if void
      ${refusedText(checks.stopMemory)} ${minusOne} return
    end`;
}
