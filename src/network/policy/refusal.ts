/** Why a request was not made or not finished, for the guest and the host. */

import { HttpError } from "../../channel/http_layout.ts";

/**
 * Ends a request. The message is for the guest: it must hold no secret, nothing
 * of the host but what the configuration says, and no text of a server: that
 * may repeat a secret, half of which is not recognized once it is cut.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: HttpError;

  constructor(code: HttpError, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is asked for is not granted. */
export function denied(message: string): Refusal {
  return new Refusal(HttpError.Denied, message);
}

/** The request is malformed. */
export function invalid(message: string): Refusal {
  return new Refusal(HttpError.Invalid, message);
}

/** A limit of the call is reached. */
export function limited(message: string): Refusal {
  return new Refusal(HttpError.Limit, message);
}

/** The host can't be found, reached or trusted. */
export function unreachable(message: string): Refusal {
  return new Refusal(HttpError.Unreachable, message);
}

/** The response breaks the protocol, or off. */
export function broken(message: string): Refusal {
  return new Refusal(HttpError.Broken, message);
}
