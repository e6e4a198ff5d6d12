/** A WASI program: `_start` runs it, and it ends with an exit code. */

import { type StopPage, StopReason } from "../stop_page.ts";
import type { GuestInstance } from "./instance.ts";
import type { Wasi } from "./wasi/wasi.ts";

/** Runs a program to its end and answers its exit code. */
export function runProgram(
  guest: GuestInstance,
  wasi: Wasi | undefined,
  stopPage: StopPage,
): Uint8Array {
  try {
    guest.function("_start")();
  } catch (error) {
    // `proc_exit` stops the guest like any other reason does.
    if (stopPage.reason !== StopReason.Exit) throw error;
  }
  const exitCode = wasi?.exitCode ?? 0;
  return new Uint8Array(Uint32Array.of(exitCode).buffer);
}
