import { REFUSED_OFFSET, STOP_OFFSET } from "../stop_page.ts";

/**
 * The check that stops a guest: a trap when the stop word is set. A trap and
 * no exception, because guests can catch exceptions; atomic, because V8 may
 * move a plain load out of a loop.
 */
export function guardText(stopMemory: number): string {
  return `
    i32.const 0
    i32.atomic.load ${stopMemory} ${STOP_OFFSET} 4
    if void
      unreachable
    end`;
}

/** Notes that a growth was refused. */
export function refusedText(stopMemory: number): string {
  return `
    i32.const 0
    i32.const 1
    i32.atomic.store ${stopMemory} ${REFUSED_OFFSET} 4`;
}
