/** Why a request was not made or not finished, for the guest and the host. */

import { HttpError } from "../../channel/http_layout.ts";

/**
 * Ends a request. The message is for the guest: it must contain no secret,
 * nothing about the host beyond the configuration, and no text from a server,
 * which may repeat a secret that is no longer recognized once it is truncated.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: HttpError;

  constructor(code: HttpError, message: string) {
    super(message);
    this.code = code;
  }
}

/** The request is not granted. */
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

/** The host can't be resolved, reached or trusted. */
export function unreachable(message: string): Refusal {
  return new Refusal(HttpError.Unreachable, message);
}

/** The response violates the protocol or is truncated. */
export function broken(message: string): Refusal {
  return new Refusal(HttpError.Broken, message);
}
