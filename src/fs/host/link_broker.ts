/** Lets the host create symbolic links that a worker may not create. */

import type { ErrorCode } from "../error_code.ts";

/**
 * Creates symbolic links for a guest whose worker may not.
 *
 * Deno creates symbolic links only with unscoped permissions, which a worker
 * never has. If the host has them, the worker asks it through the channel.
 */
export interface LinkBroker {
  /**
   * Creates the link `place` to `target` below the directory granted as
   * `guest`. The worker has checked that both stay inside; the host checks
   * again, with {@linkcode makeLink}.
   *
   * @returns the error, or undefined if the link was created.
   */
  symlink(guest: string, place: string, target: string): ErrorCode | undefined;
}
