/** Runs WASI programs: `_start`, ending with an exit code. */

import { ExecutionFailed } from "../errors.ts";
import { StopReason } from "../stop_page.ts";
import type { RunningCall } from "./running_call.ts";

/** Runs a program to completion and returns its exit code, a u32. */
export function runProgram(call: RunningCall): Uint8Array {
  const exitCode = exitCodeOf(call);
  return new Uint8Array(Uint32Array.of(exitCode).buffer);
}

/** Runs a program that answers on standard output. */
export function runCommand(call: RunningCall): Uint8Array {
  const exitCode = exitCodeOf(call);
  const { system } = call;
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

function exitCodeOf({ guest, system, stopPage }: RunningCall): number {
  try {
    guest.function("_start")();
  } catch (error) {
    // `proc_exit` stops the guest like any other stop reason.
    if (stopPage.reason !== StopReason.Exit) throw error;
  }
  return system?.wasi.exitCode ?? 0;
}
