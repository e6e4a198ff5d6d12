/** Why a host function did not answer. */

import type { HostError } from "../channel/host_layout.ts";

/** Unwinds an import that ends in an error number. */
export class HostFailure extends Error {
  override readonly name = "HostFailure";
  readonly code: HostError;

  constructor(code: HostError, message: string) {
    super(message);
    this.code = code;
  }
}
