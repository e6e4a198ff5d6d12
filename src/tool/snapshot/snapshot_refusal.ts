/** The error for a refused snapshot file. */

import { ExecutionFailed } from "../../errors.ts";

/** Creates the error for a refused file. */
export function refused(why: string): ExecutionFailed {
  return new ExecutionFailed(`Cannot load snapshot: ${why}`);
}
