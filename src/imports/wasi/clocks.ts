/** The clock functions of WASI. */

import { fail } from "../../fs/error_code.ts";
import { Clockid } from "./flags.ts";
import type { WasiContext } from "./wasi_context.ts";

/** Clock imports. */
export const clockFunctions = {
  clock_res_get({ memory }: WasiContext, id: number, resolution: number): void {
    memory.setU64(resolution, resolutionOf(id));
  },

  clock_time_get(
    context: WasiContext,
    id: number,
    _precision: bigint,
    time: number,
  ): void {
    context.memory.setU64(time, timeOf(context, id));
  },
};

function resolutionOf(id: number): bigint {
  switch (id) {
    case Clockid.REALTIME:
      return 1_000_000n;
    case Clockid.MONOTONIC:
    case Clockid.PROCESS_CPUTIME_ID:
    case Clockid.THREAD_CPUTIME_ID:
      return 1_000n;
    default:
      fail("EINVAL");
  }
}

/**
 * The time of a clock, in nanoseconds.
 *
 * A worker can't read the CPU time of its thread, and that of the whole process
 * would reveal other guests' activity, so the CPU clocks show how long the
 * guest has been running.
 */
export function timeOf(context: WasiContext, id: number): bigint {
  switch (id) {
    case Clockid.REALTIME:
      return context.clock.realtime();
    case Clockid.MONOTONIC:
      return context.clock.monotonic();
    case Clockid.PROCESS_CPUTIME_ID:
    case Clockid.THREAD_CPUTIME_ID:
      return context.clock.running();
    default:
      fail("EINVAL");
  }
}
