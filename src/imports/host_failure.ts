/** The error of a failed host function. */

import type { HostError } from "../channel/host_layout.ts";

/** Unwinds an import that returns an error number. */
export class HostFailure extends Error {
  override readonly name = "HostFailure";
  readonly code: HostError;

  constructor(code: HostError, message: string) {
    super(message);
    this.code = code;
  }
}
