/** The error of a failed import. */

import type { HttpError } from "../../channel/http_layout.ts";

/** Converted to a negated error number, with a text that the guest can read. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly code: HttpError;

  constructor(code: HttpError, message: string) {
    super(message);
    this.code = code;
  }
}
