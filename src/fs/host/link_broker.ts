/** Asks for symbolic links to be made, where a worker may not. */

import type { ErrorCode } from "../error_code.ts";

/**
 * Makes symbolic links for a guest, where the worker may not.
 *
 * Deno makes links only for unscoped permissions, which a worker never has.
 * The host may have them: then the worker asks it, over the channel.
 */
export interface LinkBroker {
  /**
   * Makes the link `place` below the directory that is granted as `guest`,
   * which says `target`. Both were checked to stay inside; the host checks again, with
   * {@linkcode makeLink}.
   *
   * @returns what went wrong, or undefined when the link was made.
   */
  symlink(guest: string, place: string, target: string): ErrorCode | undefined;
}
