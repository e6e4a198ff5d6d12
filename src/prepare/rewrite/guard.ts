/** The code that checks the stop word. */

import type { Writer } from "../../wasm/writer.ts";
import { REFUSED_OFFSET, STOP_OFFSET } from "../../stop_page.ts";

/** Loads the stop word. */
export function stopWordText(stopMemory: number): string {
  return `i32.const 0 i32.atomic.load ${stopMemory} ${STOP_OFFSET} 4`;
}

/**
 * The check that stops a guest: traps if the stop word is set. It is a trap
 * because guests can catch exceptions; the load is atomic because V8 may hoist
 * a plain load out of a loop.
 */
export function guardText(stopMemory: number): string {
  return `
    ${stopWordText(stopMemory)}
    if void
      unreachable
    end`;
}

/** A variable whose bits count the rounds of a loop. */
export interface RoundCounter {
  readonly local: number;
  readonly is64: boolean;
  readonly mask: number;
}

const Op = {
  if: 0x04,
  end: 0x0b,
  localGet: 0x20,
  i32: { const: 0x41, eqz: 0x45, and: 0x71 },
  i64: { const: 0x42, eqz: 0x50, and: 0x83 },
} as const;
const EMPTY_BLOCK = 0x40;

/** Writes the check for the rounds where the counter's bits are all zero. */
export function writeRoundCheck(
  out: Writer,
  { local, is64, mask }: RoundCounter,
  guard: Uint8Array,
): void {
  const op = is64 ? Op.i64 : Op.i32;
  out.byte(Op.localGet).u32(local);
  out.byte(op.const).signed(mask).byte(op.and).byte(op.eqz);
  out.byte(Op.if).byte(EMPTY_BLOCK).bytes(guard).byte(Op.end);
}

/** Notes that a growth was refused. */
export function refusedText(stopMemory: number): string {
  return `
    i32.const 0
    i32.const 1
    i32.atomic.store ${stopMemory} ${REFUSED_OFFSET} 4`;
}

/** What injected functions check and charge. */
export interface BulkChecks {
  readonly stopMemory: number;
  /** The index of the fuel counter's global, if fuel is counted. */
  readonly fuelGlobal: number | undefined;
}

/** More than any budget, and too little to make the counter overflow. */
const MOST_FUEL = 2 ** 52;

/**
 * Charges the number of units in an i64 variable. Where they are more than is
 * left, all that is left is charged, since nothing will be done for them.
 */
export function chargeText(checks: BulkChecks, units: number): string {
  const { fuelGlobal } = checks;
  if (fuelGlobal === undefined) return "";
  return `
    global.get ${fuelGlobal}
    local.get ${units} i64.const ${MOST_FUEL}
    local.get ${units} i64.const ${MOST_FUEL} i64.lt_u select
    i64.add global.set ${fuelGlobal}
    global.get ${fuelGlobal} i64.const 0 i64.ge_s
    if void
      i64.const 0 global.set ${fuelGlobal}
      unreachable
    end`;
}
