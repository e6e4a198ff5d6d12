/** The WASI functions for the process: exit, random bytes, yield. */

import { fail } from "../../fs/error_code.ts";
import { GuestStopped, StopReason } from "../../stop_page.ts";
import type { WasiContext } from "./wasi_context.ts";

/** Size of one piece of random bytes. */
const RANDOM_PIECE_BYTES = 65_536;

/** Imports about the process itself. */
export const processFunctions = {
  /**
   * A guest could catch the exception thrown here, but the stop word makes its
   * next check trap, and every import refuses until then.
   */
  proc_exit(context: WasiContext, code: number): void {
    context.exitCode = code >>> 0;
    context.stop.stop(StopReason.Exit);
    throw new GuestStopped();
  },

  proc_raise(_context: WasiContext, _signal: number): void {
    fail("ENOSYS");
  },

  sched_yield(_context: WasiContext): void {},

  random_get(
    { memory, random, stop }: WasiContext,
    buf: number,
    length: number,
  ): void {
    const bytes = memory.bytes(buf, length);
    for (let at = 0; at < bytes.length; at += RANDOM_PIECE_BYTES) {
      stop.check();
      random(bytes.subarray(at, at + RANDOM_PIECE_BYTES));
    }
  },
};
