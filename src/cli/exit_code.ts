/** The table of exit codes. */

import type { SandboxErrorKind } from "../../mod.ts";

/** Why the runner fails. */
export type FailureKind =
  | SandboxErrorKind
  | "UsageError"
  | "ChangesNotCommitted"
  | "Interrupted"
  | "OutputClosed"
  | "UnexpectedError";

/** The exit code of success. */
export const SUCCESS = 0;

/** The exit code of every failure; codes above 128 are as in shells. */
export const EXIT_CODES: Readonly<Record<FailureKind, number>> = {
  UnexpectedError: 1,
  UsageError: 2,
  InvalidArguments: 2,
  UnknownTool: 2,
  ChangesNotCommitted: 120,
  CompilationFailed: 121,
  ExecutionFailed: 122,
  Busy: 122,
  WorkerLost: 122,
  SandboxClosed: 122,
  MemoryLimitExceeded: 123,
  TimeoutExceeded: 124,
  FuelExhausted: 125,
  PermissionDenied: 126,
  Interrupted: 130,
  OutputClosed: 141,
};
