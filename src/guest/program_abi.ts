/** A WASI program: `_start` runs it, and it ends with an exit code. */

import { Op } from "../channel/layout.ts";
import { ExecutionFailed } from "../errors.ts";
import { type StopPage, StopReason } from "../stop_page.ts";
import type { CallSystem } from "./call_system.ts";
import type { GuestInstance } from "./instance.ts";

/** Whether a call runs a program, which may end itself. */
export function isProgram(op: Op): boolean {
  return op === Op.Run || op === Op.Command;
}

/** Runs a program to its end and answers its exit code, a u32. */
export function runProgram(
  guest: GuestInstance,
  system: CallSystem | undefined,
  stopPage: StopPage,
): Uint8Array {
  const exitCode = exitCodeOf(guest, system, stopPage);
  return new Uint8Array(Uint32Array.of(exitCode).buffer);
}

/** Runs a program that answers on standard output. */
export function runCommand(
  guest: GuestInstance,
  system: CallSystem | undefined,
  stopPage: StopPage,
): Uint8Array {
  const exitCode = exitCodeOf(guest, system, stopPage);
  if (exitCode !== 0) {
    throw new ExecutionFailed(`Program ended with exit code ${exitCode}`);
  }
  const stdout = system?.streams.stdout ?? new Uint8Array();
  if (system?.streams.isStdoutCut) {
    throw new ExecutionFailed(
      `Program answered with more than ${stdout.length} bytes, the limit`,
    );
  }
  return stdout;
}

function exitCodeOf(
  guest: GuestInstance,
  system: CallSystem | undefined,
  stopPage: StopPage,
): number {
  try {
    guest.function("_start")();
  } catch (error) {
    // `proc_exit` stops the guest like any other reason does.
    if (stopPage.reason !== StopReason.Exit) throw error;
  }
  return system?.wasi.exitCode ?? 0;
}
