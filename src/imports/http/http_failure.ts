/** Why an import did not do what it is named for. */

import type { HttpError } from "../../channel/http_layout.ts";

/** Becomes the negative of its code, and the text that the guest can ask for. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly code: HttpError;

  constructor(code: HttpError, message: string) {
    super(message);
    this.code = code;
  }
}
