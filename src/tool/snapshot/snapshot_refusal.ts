/** Why a file of a snapshot is not taken. */

import { ExecutionFailed } from "../../errors.ts";

/** The error for a file that is refused. */
export function refused(why: string): ExecutionFailed {
  return new ExecutionFailed(`Cannot load snapshot: ${why}`);
}
